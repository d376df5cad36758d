/** What reached a board, and when: noted in a page, or in one of our processes. */

/** A snapshot or an update that was handed to a board. */
export interface Arrival {
  kind: 'snapshot' | 'update';
  n: number;
  /** When, by the common clock, in ms. */
  at: number;
  /** Of a snapshot: which run of the feed it shows. */
  run?: string;
}

/** All that reached one board. */
export interface Notes {
  arrivals: Arrival[];
  note(arrival: Arrival): void;
  /**
   * Resolves with the first arrival that shows update `n`, among those after a
   * moment of the common clock; with undefined after `timeoutMs`.
   */
  reached(
    n: number,
    since: number,
    timeoutMs: number,
  ): Promise<Arrival | undefined>;
}

/** Goes into pages as text, so it knows nothing but what a browser has. */
export function createNotes(): Notes {
  const arrivals: Arrival[] = [];
  const waiting = new Set<(arrival: Arrival) => void>();
  return {
    arrivals,
    note(arrival) {
      arrivals.push(arrival);
      for (const look of waiting) look(arrival);
    },
    reached(n, since, timeoutMs) {
      const has = (arrival: Arrival) => arrival.n >= n && arrival.at >= since;
      const found = arrivals.find(has);
      if (found) return Promise.resolve(found);
      return new Promise((resolve) => {
        const end = (arrival?: Arrival) => {
          waiting.delete(look);
          clearTimeout(timer);
          resolve(arrival);
        };
        const look = (arrival: Arrival) => has(arrival) && end(arrival);
        const timer = setTimeout(end, timeoutMs);
        waiting.add(look);
      });
    },
  };
}
