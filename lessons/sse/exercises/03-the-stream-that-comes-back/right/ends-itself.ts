// Right, and different: whatever is going on brings along the function that ends it.

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

export function follow(options: FollowOptions): () => void {
  const { path, tell, timeoutMs, retryDelayMs } = options;
  let lastId = '';
  let end = () => {};

  function wait() {
    end();
    const timer = setTimeout(open, retryDelayMs);
    end = () => clearTimeout(timer);
  }

  function open() {
    end();
    const url = new URL(path, location.href);
    if (lastId) url.searchParams.set('after', lastId);
    const source = new EventSource(url);
    let watchdog = setTimeout(open, timeoutMs);
    end = () => {
      clearTimeout(watchdog);
      source.close();
    };
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) wait();
    });
    for (const kind of kinds)
      source.addEventListener(kind, (event) => {
        clearTimeout(watchdog);
        watchdog = setTimeout(open, timeoutMs);
        if (event.lastEventId !== '') lastId = event.lastEventId;
        tell(kind, event.data, lastId);
      });
  }

  open();
  return () => end();
}
