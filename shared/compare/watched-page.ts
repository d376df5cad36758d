/**
 * A lesson's own page in a real browser, with a note of what reached its board
 * and when. The page does not know: the note is taken where it hands something
 * to `<departures-board>`.
 */
import type { BrowserContext, Page } from '../testing/browser.ts';

/** Something that the page handed to its board. */
export interface Arrival {
  kind: 'snapshot' | 'update';
  n: number;
  /** When, by the common clock, in ms. */
  at: number;
  /** Of a snapshot: which run of the feed it shows. */
  run?: string;
}

/** What the note-taker leaves in the page. */
interface Notes {
  arrivals: Arrival[];
  reached(n: number, since: number): Promise<Arrival>;
}
declare global {
  var notes: Notes;
}

export interface WatchedPage {
  page: Page;
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

/** Opens a lesson's page. */
export async function openWatched(
  context: BrowserContext,
  url: string,
): Promise<WatchedPage> {
  const page = await context.newPage();
  await page.addInitScript(takeNotes);
  await page.goto(url);
  return {
    page,
    arrivals: () => page.evaluate(() => notes.arrivals),
    async reached(n, since, limit) {
      const found = await page.evaluate(
        ([wanted, from, most]) =>
          Promise.race([
            notes.reached(wanted, from),
            new Promise<undefined>((done) => setTimeout(done, most)),
          ]),
        [n, since, limit] as const,
      );
      if (found) return found;
      const last = (await page.evaluate(() => notes.arrivals)).at(-1);
      const got = last ? `the last that came was ${last.n}` : 'nothing came';
      throw new Error(
        `${url} has not shown update ${n} in ${limit} ms: ${got}`,
      );
    },
    close: () => page.close(),
  };
}

/** Runs in the page, before anything of it does. */
function takeNotes() {
  const arrivals: Arrival[] = [];
  const waiting: { n: number; since: number; tell(at: Arrival): void }[] = [];
  const has = (arrival: Arrival, n: number, since: number) =>
    arrival.n >= n && arrival.at >= since;
  globalThis.notes = {
    arrivals,
    reached(n, since) {
      const found = arrivals.find((arrival) => has(arrival, n, since));
      if (found) return Promise.resolve(found);
      return new Promise((tell) => waiting.push({ n, since, tell }));
    },
  };
  const note = (kind: Arrival['kind'], data: { n: number; run?: string }) => {
    const at = performance.timeOrigin + performance.now();
    const { n, run } = data;
    const arrival = { kind, n, at, ...(run !== undefined && { run }) };
    arrivals.push(arrival);
    for (const one of waiting.splice(0)) {
      if (has(arrival, one.n, one.since)) one.tell(arrival);
      else waiting.push(one);
    }
  };
  type Method = (data: { n: number }) => void;
  const define = customElements.define.bind(customElements);
  customElements.define = (name, element, options) => {
    if (name === 'departures-board') {
      const board = element.prototype as unknown as Record<string, Method>;
      for (const method of ['show', 'apply', 'announce']) {
        const kind = method === 'show' ? 'snapshot' : 'update';
        const original = board[method]!;
        board[method] = function (data) {
          note(kind, data);
          original.call(this, data);
        };
      }
    }
    define(name, element, options);
  };
}
