// Right, and different: looks at the clock now and then, and has a class.

/** What the page wants to hear, and how long it waits. */
export interface Wishes {
  /** Where the stream is: `/events`. */
  path: string;
  /** Gets each event: its name, its text, its id. */
  tell: (kind: string, data: string, id: string) => void;
  /** ms without any event until the line is called dead. */
  patience: number;
  /** ms until another is opened where the browser has given up. */
  pause: number;
}

const kinds = ['snapshot', 'departure', 'announcement', 'heartbeat'];

class Follower {
  lastId = '';
  heard = Date.now();
  source: EventSource | undefined;
  retry: ReturnType<typeof setTimeout> | undefined;
  readonly wishes: Wishes;
  readonly watch: ReturnType<typeof setInterval>;

  constructor(wishes: Wishes) {
    this.wishes = wishes;
    this.watch = setInterval(() => {
      if (Date.now() - this.heard >= wishes.patience) this.open();
    }, wishes.patience / 10);
    this.open();
  }

  open() {
    this.close();
    this.heard = Date.now();
    const { path } = this.wishes;
    const query = new URLSearchParams({ after: this.lastId });
    const source = new EventSource(this.lastId ? `${path}?${query}` : path);
    this.source = source;
    for (const kind of kinds)
      source.addEventListener(kind, (event) => this.hear(kind, event));
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) return;
      this.retry = setTimeout(() => this.open(), this.wishes.pause);
    });
  }

  hear(kind: string, { data, lastEventId }: MessageEvent<string>) {
    this.heard = Date.now();
    this.lastId = lastEventId;
    this.wishes.tell(kind, data, lastEventId);
  }

  close() {
    clearTimeout(this.retry);
    this.source?.close();
  }
}

export function follow(wishes: Wishes): () => void {
  const follower = new Follower(wishes);
  return () => {
    clearInterval(follower.watch);
    follower.close();
  };
}
