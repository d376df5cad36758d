// Right, and different: takes over after each error, so the browser never tries.

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

export function follow({ path, tell, patience, pause }: Wishes): () => void {
  const over = new AbortController();
  void (async () => {
    let lastId = '';
    while (!over.signal.aborted) {
      const source = new EventSource(
        `${path}?after=${encodeURIComponent(lastId)}`,
      );
      await new Promise<void>((done) => {
        let watchdog = setTimeout(done, patience);
        source.onerror = () => {
          clearTimeout(watchdog);
          source.close();
          setTimeout(done, pause);
        };
        for (const kind of kinds)
          source.addEventListener(kind, ({ data, lastEventId }) => {
            clearTimeout(watchdog);
            watchdog = setTimeout(done, patience);
            lastId = lastEventId;
            tell(kind, data, lastEventId);
          });
        over.signal.addEventListener('abort', () => done());
      });
      source.close();
    }
  })();
  return () => over.abort();
}
