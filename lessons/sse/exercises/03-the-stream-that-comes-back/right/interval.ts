// Right, and different: a class that looks at the clock now and then.

/** Where the stream is, who gets its events, and how long to wait. */
export interface FollowOptions {
  /** The URL of the stream: `/events`. */
  path: string;
  /** Called for each event with its name, its text and its id. */
  tell: (kind: string, data: string, id: string) => void;
  /** After how many ms without any event the connection counts as lost. */
  timeoutMs: number;
  /** How many ms to wait, when the browser has given up, before another try. */
  retryDelayMs: number;
}

const kinds = ['snapshot', 'departure', 'announcement', 'heartbeat'];

class Follower {
  lastId = '';
  heard = Date.now();
  source: EventSource | undefined;
  retry: ReturnType<typeof setTimeout> | undefined;
  readonly options: FollowOptions;
  readonly watch: ReturnType<typeof setInterval>;

  constructor(options: FollowOptions) {
    this.options = options;
    this.watch = setInterval(() => {
      if (Date.now() - this.heard >= options.timeoutMs) this.open();
    }, options.timeoutMs / 10);
    this.open();
  }

  open() {
    this.close();
    this.heard = Date.now();
    const { path } = this.options;
    const query = new URLSearchParams({ after: this.lastId });
    const source = new EventSource(this.lastId ? `${path}?${query}` : path);
    this.source = source;
    for (const kind of kinds)
      source.addEventListener(kind, (event) => this.hear(kind, event));
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return;
      this.retry = setTimeout(() => this.open(), this.options.retryDelayMs);
    });
  }

  hear(kind: string, { data, lastEventId }: MessageEvent<string>) {
    this.heard = Date.now();
    this.lastId = lastEventId || this.lastId;
    this.options.tell(kind, data, lastEventId);
  }

  close() {
    clearTimeout(this.retry);
    this.source?.close();
  }
}

export function follow(options: FollowOptions): () => void {
  const follower = new Follower(options);
  return () => {
    clearInterval(follower.watch);
    follower.close();
  };
}
