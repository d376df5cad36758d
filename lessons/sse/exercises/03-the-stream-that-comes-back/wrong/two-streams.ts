// Wrong: reopens in every `error`, beside the browser's own attempt.
// Told: There are two streams now

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
  let lastId = '';

  const openIn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      source.close();
      open();
    }, ms);
  };

  function open() {
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
    source.onerror = () => {
      setTimeout(open, pause);
    };
  }

  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
