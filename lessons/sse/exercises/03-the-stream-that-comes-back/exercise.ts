/**
 * The page's side of an event stream: WHATWG HTML, 9.2.2 and 9.2.3.
 * Broken on purpose: see README.md.
 */

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
export function follow(wishes: Wishes): () => void {
  const { path, tell } = wishes;
  const source = new EventSource(path);
  for (const kind of kinds) {
    source.addEventListener(kind, ({ data, lastEventId }) => {
      tell(kind, data, lastEventId);
    });
  }
  // TODO: come back after a 503, and from a silence; and miss nothing.
  return () => source.close();
}
