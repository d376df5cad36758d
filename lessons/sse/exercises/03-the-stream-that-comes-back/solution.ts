/** The page's side of an event stream: WHATWG HTML, 9.2.2 and 9.2.3. */

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

/** Tells of each event; returns how to stop. */
export function follow({ path, tell, patience, pause }: Wishes): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Why outside: a new object knows no last id, so it sends no header.
  let lastId = '';

  // Why one timer for both: whatever is awaited, what comes next is another
  // stream. Setting it anew forgets the one before.
  const openIn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(open, ms);
  };

  function open() {
    // Why close: the old one may only seem dead, and two would tell twice.
    source?.close();
    source = new EventSource(
      lastId ? `${path}?after=${encodeURIComponent(lastId)}` : path,
    );
    openIn(patience);
    for (const kind of kinds) {
      source.addEventListener(kind, ({ data, lastEventId }) => {
        lastId = lastEventId;
        openIn(patience);
        tell(kind, data, lastEventId);
      });
    }
    // Why only then: in CONNECTING the browser itself is coming back.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) openIn(pause);
    };
  }

  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
