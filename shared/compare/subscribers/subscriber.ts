/** A client that is kept up to date, and watched: a page, or a server's copy. */
import type { Arrival, Notes } from '../report/notes.ts';

/** What the board of one client shows, and since when. */
export interface Subscriber {
  /** All that has arrived so far. */
  arrivals(): Promise<Arrival[]>;
  /**
   * Resolves with the first arrival by which the board has got to update `n`,
   * among those after a moment of the common clock.
   *
   * @param limit ms to wait
   * @throws Error when the limit is over
   */
  reached(n: number, since: number, limit: number): Promise<Arrival>;
  close(): Promise<void>;
}

/**
 * @param name of the subscriber, for the message that says what did not come
 * @param ask calls a method of the notes, wherever those are
 */
export function createSubscriber(
  name: string,
  ask: {
    arrivals(): Promise<Arrival[]>;
    reached: Notes['reached'];
    close(): Promise<void>;
  },
): Subscriber {
  return {
    ...ask,
    async reached(n, since, limit) {
      const found = await ask.reached(n, since, limit);
      if (found) return found;
      const last = (await ask.arrivals()).at(-1);
      const got = last ? `the last that came was ${last.n}` : 'nothing came';
      throw new Error(
        `${name} has not shown update ${n} in ${limit} ms: ${got}`,
      );
    },
  };
}
