/** The page's side of an event stream: HTML, 9.2.2 and 9.2.3. */

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

/** Calls `tell` for each event; returns a function that stops it. */
export function follow(options: FollowOptions): () => void {
  const { path, tell, timeoutMs, retryDelayMs } = options;
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Why outside: a new EventSource knows no last id, so it sends no header.
  let lastId = '';

  // Why one timer for both: whatever we wait for, another stream comes next.
  // Setting the timer again cancels the one before.
  const openIn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(open, ms);
  };

  function open() {
    // Why close: the old one may only seem lost, and two would tell twice.
    source?.close();
    source = new EventSource(
      lastId ? `${path}?after=${encodeURIComponent(lastId)}` : path,
    );
    openIn(timeoutMs);
    for (const kind of kinds) {
      source.addEventListener(kind, ({ data, lastEventId }) => {
        // Why only then: a new source has none until the stream sends one.
        if (lastEventId) lastId = lastEventId;
        openIn(timeoutMs);
        tell(kind, data, lastEventId);
      });
    }
    // Why only then: in CONNECTING the browser itself is reconnecting.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) openIn(retryDelayMs);
    };
  }

  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
