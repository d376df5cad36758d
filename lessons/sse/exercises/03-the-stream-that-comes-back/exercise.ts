/**
 * The page's side of an event stream: HTML, 9.2.2 and 9.2.3.
 * Broken on purpose: see README.md.
 */

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
  const { path, tell } = options;
  const source = new EventSource(path);
  for (const kind of kinds) {
    source.addEventListener(kind, ({ data, lastEventId }) => {
      tell(kind, data, lastEventId);
    });
  }
  // TODO: recover from a 503 and from silence, and miss nothing.
  return () => source.close();
}
