/** A client that is kept up to date: a page, or the copy in a server. */
import type { Arrival, Notes } from '../report/notes.ts';

/** What the board of one client shows, and since when. */
export interface Subscriber {
  /** All that has arrived so far. */
  arrivals(): Promise<Arrival[]>;
  /**
   * Resolves with the first arrival that shows update `n`, among those after a
   * moment of the common clock.
   *
   * @throws Error after `timeoutMs`
   */
  reached(n: number, since: number, timeoutMs: number): Promise<Arrival>;
  close(): Promise<void>;
}

/**
 * @param name of the subscriber, for the message that says what did not arrive
 * @param notes calls a method of the notes, in the page or in this process
 */
export function createSubscriber(
  name: string,
  notes: {
    arrivals(): Promise<Arrival[]>;
    reached: Notes['reached'];
    close(): Promise<void>;
  },
): Subscriber {
  return {
    ...notes,
    async reached(n, since, timeoutMs) {
      const found = await notes.reached(n, since, timeoutMs);
      if (found) return found;
      const last = (await notes.arrivals()).at(-1);
      const got = last
        ? `the last that arrived was ${last.n}`
        : 'nothing arrived';
      throw new Error(
        `${name} has not shown update ${n} in ${timeoutMs} ms: ${got}`,
      );
    },
  };
}
