/**
 * The board's feed: a station's day that goes on by itself, with an id for
 * each update and a bounded history to go back to. It knows no transport.
 */
import { randomInt } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import { createTimetable, type DayState } from './timetable.ts';
import type { Rate, Snapshot, Update } from './update.ts';

export type * from './update.ts';

/** What a page sent makes no sense; `message` names what would. */
export class BadInput extends Error {
  override name = 'BadInput';
  /** The HTTP status that fits (RFC 9110, 15.5.1). */
  status = 400;
}

/** How a feed is made; each has a default. */
export interface FeedOptions {
  /** The same seed gives the same updates, whatever the rate. */
  seed?: string;
  /** A `Rate`; a string, because it may come from the environment. */
  rate?: string;
  /** How many updates are kept for clients that resume. */
  history?: number;
  /** What names this life of it; without it that is drawn. */
  run?: string | undefined;
  /** Where to go on: its seed, rate and run count, those above do not. */
  from?: FeedState | undefined;
}

/** Where a feed stands, as plain data: JSON carries it to another process. */
export interface FeedState {
  seed: string;
  rate: Rate;
  run: string;
  /** The number of the last update, and how many of all were announcements. */
  n: number;
  announcements: number;
  /** The last updates, oldest first: at most as many as the history. */
  updates: Update[];
  day: DayState;
}

/** A station's day. Emits `update` for each, and `over` once the day is over. */
export interface Feed extends EventEmitter<{ update: [Update]; over: [] }> {
  /** Names this life of the feed: 5 characters, never the same again. */
  readonly run: string;
  readonly seed: string;
  readonly rate: Rate;
  /**
   * Sets how often something happens; `over` emits `over`, once.
   *
   * @throws BadInput for an unknown rate
   */
  setRate(rate: unknown): void;
  /** The whole board as it is now. */
  snapshot(): Snapshot;
  /**
   * Everything that came after this id, possibly nothing. `undefined` if that
   * is not known: the id is no longer kept, of another run, nonsense, or from
   * the future. Never a list with a gap.
   */
  after(id: string): Update[] | undefined;
  /**
   * Makes a train later than it is, and emits the update.
   *
   * @param report `{ train, minutes }`, as a page sent it
   * @throws BadInput for anything else, for a train that is not on the board,
   *   has departed or is cancelled, and for minutes that are no whole number
   *   from 1 to 180
   */
  reportDelay(report: unknown): Update;
  /**
   * Says something over the loudspeakers, and emits the update.
   *
   * @param text 1 to 200 characters, as a page sent it
   * @throws BadInput for anything else
   */
  announce(text: unknown): Update;
  /** Makes and emits the next update now, at any rate. */
  next(): Update;
  /**
   * Where it stands. One feed alone may go on from there: of two, each would
   * give the same ids to updates of its own.
   */
  state(): FeedState;
  /**
   * Leaves no timer and no listener; may be called twice. What is closed has
   * no clock, and moves only by `next()`, `announce()` and `reportDelay()`.
   */
  close(): void;
}

/** Mean time from one update to the next, in ms. */
const pauses: Record<Rate, number> = {
  night: 5000,
  normal: 1000,
  rush: 20,
  over: Infinity,
};

/**
 * Starts a feed; the caller closes it.
 *
 * @throws BadInput for an unknown rate, or a history that is no whole number
 */
export function createFeed({
  seed = 'on-the-wire',
  rate = 'normal',
  history = 1000,
  run = randomInt(36 ** 5)
    .toString(36)
    .padStart(5, '0'),
  from,
}: FeedOptions = {}): Feed {
  if (!Number.isInteger(history) || history < 0) {
    throw new BadInput(
      `history: found ${show(history)}, expected a whole number from 0`,
    );
  }
  const fresh = { seed, rate: parseRate(rate), run };
  return new StationFeed(from ?? fresh, history);
}

class StationFeed
  extends EventEmitter<{ update: [Update]; over: [] }>
  implements Feed
{
  readonly run: string;
  readonly seed: string;
  #rate: Rate;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #n: number;
  #announcements: number;
  readonly #timetable;
  readonly #kept: Update[];
  readonly #history: number;

  constructor(
    from: Pick<FeedState, 'seed' | 'rate' | 'run'> & Partial<FeedState>,
    history: number,
  ) {
    super();
    const { seed, rate, run, n = 0, announcements = 0, updates = [] } = from;
    this.run = run;
    this.seed = seed;
    this.setMaxListeners(0); // one for each client
    this.#n = n;
    this.#announcements = announcements;
    this.#timetable = createTimetable(seed, from.day);
    this.#kept = updates.slice(Math.max(0, updates.length - history));
    this.#history = history;
    this.#rate = rate;
    this.#wait();
  }

  get rate(): Rate {
    return this.#rate;
  }

  setRate(value: unknown): void {
    const rate = parseRate(value);
    if (rate === this.#rate) return;
    this.#rate = rate;
    this.#wait();
    if (rate === 'over') this.emit('over');
  }

  snapshot(): Snapshot {
    return {
      id: this.#id(),
      kind: 'snapshot',
      data: {
        run: this.run,
        n: this.#n,
        departures: this.#timetable.departures(),
      },
    };
  }

  after(id: string): Update[] | undefined {
    const n = Number(String(id).slice(this.run.length + 1));
    const missing = this.#n - n;
    if (id !== `${this.run}-${n}` || !Number.isInteger(n)) return;
    if (missing < 0 || missing > this.#kept.length) return;
    return missing === 0 ? [] : this.#kept.slice(-missing);
  }

  reportDelay(report: unknown): Update {
    const { train, minutes } = this.#parseReport(report);
    const departure = this.#timetable.delay(train, minutes);
    return this.#publish((n) => ({
      id: this.#id(),
      kind: 'departure',
      data: { n, ...departure },
    }));
  }

  announce(text: unknown): Update {
    if (typeof text !== 'string' || !/^[^]{1,200}$/u.test(text)) {
      throw new BadInput(
        `text: found ${show(text)}, expected 1 to 200 characters`,
      );
    }
    return this.#announce(text);
  }

  next(): Update {
    const step = this.#timetable.step();
    if ('text' in step) return this.#announce(step.text);
    const { departure, replaces } = step;
    return this.#publish((n) => ({
      id: this.#id(),
      kind: 'departure',
      data: { n, ...departure, ...(replaces ? { replaces } : {}) },
    }));
  }

  state(): FeedState {
    return {
      seed: this.seed,
      rate: this.#rate,
      run: this.run,
      n: this.#n,
      announcements: this.#announcements,
      updates: [...this.#kept],
      day: this.#timetable.state(),
    };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.removeAllListeners();
  }

  #announce(text: string): Update {
    return this.#publish((n) => ({
      id: this.#id(),
      kind: 'announcement',
      data: { n, number: ++this.#announcements, text },
    }));
  }

  #id(): string {
    return `${this.run}-${this.#n}`;
  }

  #publish(make: (n: number) => Update): Update {
    this.#n += 1;
    const update = make(this.#n);
    this.#kept.push(update);
    if (this.#kept.length > this.#history) this.#kept.shift();
    this.emit('update', update);
    return update;
  }

  /** Waits for its turn; the seeded sequence does not know for how long. */
  #wait(): void {
    clearTimeout(this.#timer);
    const pause = pauses[this.#rate];
    if (this.#closed || pause === Infinity) return;
    this.#timer = setTimeout(
      () => {
        this.#wait();
        this.next();
      },
      pause * (0.5 + Math.random()),
    );
  }

  #parseReport(report: unknown): { train: string; minutes: number } {
    if (typeof report !== 'object' || report === null) {
      throw new BadInput(
        `A report of a delay: found ${show(report)}, ` +
          'expected an object such as { "train": "RE 17", "minutes": 5 }',
      );
    }
    const { train, minutes } = report as Record<string, unknown>;
    if (
      !Number.isInteger(minutes) ||
      Number(minutes) < 1 ||
      Number(minutes) > 180
    ) {
      throw new BadInput(
        `minutes: found ${show(minutes)}, ` +
          'expected a whole number from 1 to 180',
      );
    }
    const departures = this.#timetable.departures();
    const running = departures
      .filter(({ status }) => status === 'scheduled' || status === 'boarding')
      .map((departure) => departure.train);
    if (!running.includes(train as string)) {
      const known = departures.find((departure) => departure.train === train);
      throw new BadInput(
        `train: found ${show(train)}` +
          (known ? `, which is ${known.status}` : '') +
          `, expected one that can still be late: ${running.join(', ')}`,
      );
    }
    return { train: train as string, minutes: Number(minutes) };
  }
}

function parseRate(value: unknown): Rate {
  if (typeof value === 'string' && Object.hasOwn(pauses, value)) {
    return value as Rate;
  }
  throw new BadInput(
    `rate: found ${show(value)}, ` +
      `expected one of ${Object.keys(pauses).join(', ')}`,
  );
}

/** What was found, short enough for an error's text. */
function show(value: unknown): string {
  return inspect(value, {
    depth: 0,
    maxStringLength: 60,
    breakLength: Infinity,
  });
}
