// Wrong: takes over after each error, so the browser never reconnects.
// Told: The page reconnects in place of the browser

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
  const over = new AbortController();
  void (async () => {
    let lastId = '';
    while (!over.signal.aborted) {
      const source = new EventSource(
        `${path}?after=${encodeURIComponent(lastId)}`,
      );
      await new Promise<void>((done) => {
        let watchdog = setTimeout(done, timeoutMs);
        source.onerror = () => {
          clearTimeout(watchdog);
          source.close();
          setTimeout(done, retryDelayMs);
        };
        for (const kind of kinds)
          source.addEventListener(kind, ({ data, lastEventId }) => {
            clearTimeout(watchdog);
            watchdog = setTimeout(done, timeoutMs);
            lastId = lastEventId || lastId;
            tell(kind, data, lastEventId);
          });
        over.signal.addEventListener('abort', () => done());
      });
      source.close();
    }
  })();
  return () => over.abort();
}
