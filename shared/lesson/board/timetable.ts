/**
 * A simulated day at a small station, without timers: each step is the next
 * thing that happens there, and depends on the seed and the steps before.
 */
import { createRandom } from './random.ts';
import { platforms, textsFor, trains } from './trains.ts';
import type { Departure } from './update.ts';

const ROWS = 8;
const OPENING = 5 * 60 + 30;

/** One row: what is shown of it, and what only the station knows. */
export interface Row {
  shown: Departure;
  /** Minutes from the first midnight to the planned departure. */
  due: number;
  /** When it departed or was cancelled, in the same minutes. */
  gone: number;
}

/** What happened: a row changed, or something was announced. */
export type Step =
  { departure: Departure; replaces?: string } | { text: string };

/** Where a day stands, as plain data: another timetable goes on from there. */
export interface DayState {
  rows: Row[];
  /** Now, and when the last train is due: minutes from the first midnight. */
  clock: number;
  lastDue: number;
  /** The index of the train that came on the board last. */
  nextTrain: number;
  /** How many random numbers it has used. */
  drawn: number;
}

/** A station's day, step by step. */
export interface Timetable {
  /** The rows as they are now, as copies. */
  departures(): Departure[];
  /** Where the day stands, as a copy. */
  state(): DayState;
  /** Lets the next thing happen. */
  step(): Step;
  /**
   * Makes a train later than it is; the rest of the day goes on from there.
   *
   * @param train one that is on the board and has neither left nor been
   *   cancelled: the caller has made sure of it
   * @param minutes how much later
   */
  delay(train: string, minutes: number): Departure;
}

/**
 * Opens the station in the early morning, or goes on with a day.
 *
 * @param seed the same seed gives the same day
 * @param from where to go on: what `state()` of one with this seed returned
 */
export function createTimetable(seed: string, from?: DayState): Timetable {
  let drawn = from?.drawn ?? 0;
  const draw = createRandom(seed, drawn);
  const random = () => {
    drawn += 1;
    return draw();
  };
  const between = (low: number, high: number): number =>
    low + Math.floor(random() * (high - low + 1));
  const oneOf = <T>(list: readonly T[]): T =>
    list[between(0, list.length - 1)]!;

  const rows: Row[] = structuredClone(from?.rows ?? []);
  let clock = from?.clock ?? OPENING;
  let lastDue = from?.lastDue ?? OPENING + 2;
  let nextTrain = from?.nextTrain ?? between(0, trains.length - 1);

  function freePlatform(): string {
    const taken = new Set(
      rows
        .filter(({ shown }) => shown.status !== 'departed')
        .map(({ shown }) => shown.platform),
    );
    return oneOf(platforms.filter((platform) => !taken.has(platform)));
  }

  function newRow(): Row {
    const due = Math.max(lastDue, clock + 3) + between(1, 6);
    lastDue = due;
    const [train, to] = trainFor(due);
    const platform = freePlatform();
    const shown: Departure = {
      train,
      to,
      due: asTime(due),
      platform,
      delay: 0,
      status: 'scheduled',
    };
    return { shown, due, gone: 0 };
  }

  /** The next of the list that is not on the board; night trains by night. */
  function trainFor(due: number): readonly [train: string, to: string] {
    const hour = Math.floor(due / 60) % 24;
    const byNight = hour >= 19 || hour < 2;
    for (;;) {
      nextTrain = (nextTrain + 1) % trains.length;
      const candidate = trains[nextTrain]!;
      const onBoard = rows.some(({ shown }) => shown.train === candidate[0]);
      if (!onBoard && (byNight || !candidate[0].startsWith('NJ'))) {
        return candidate;
      }
    }
  }

  /** What nobody planned: a delay, another platform, a cancellation. */
  function surprise({ shown }: Row): void {
    const luck = random();
    if (luck < 0.08) shown.status = 'cancelled';
    else if (luck < 0.3) shown.platform = freePlatform();
    else shown.delay += oneOf([5, 5, 5, 10, 10, 15, 25]);
  }

  /** What had to come: boards, departs, makes room for the next train. */
  function proceed(row: Row): Step {
    const { shown } = row;
    if (shown.status === 'scheduled') {
      shown.status = 'boarding';
    } else if (shown.status === 'boarding') {
      shown.status = 'departed';
      row.gone = clock;
    } else {
      const replaces = shown.train;
      Object.assign(row, newRow());
      return { departure: { ...row.shown }, replaces };
    }
    return { departure: { ...shown } };
  }

  while (rows.length < ROWS) rows.push(newRow());

  return {
    departures: () => rows.map(({ shown }) => ({ ...shown })),

    state: () => structuredClone({ rows, clock, lastDue, nextTrain, drawn }),

    step() {
      if (random() < 1 / 6) {
        const { shown } = oneOf(rows);
        return { text: oneOf(textsFor(shown))(shown) };
      }
      const waiting = rows.filter(({ shown }) => shown.status === 'scheduled');
      const unlucky = waiting.filter(({ shown }) => shown.delay < 45);
      if (unlucky.length > 0 && random() < 0.25) {
        const row = oneOf(unlucky);
        surprise(row);
        row.gone = clock;
        return { departure: { ...row.shown } };
      }
      const row = rows.reduce((a, b) =>
        nextMinute(b) < nextMinute(a) ? b : a,
      );
      clock = Math.max(clock, nextMinute(row));
      return proceed(row);
    },

    delay(train, minutes) {
      const { shown } = rows.find((row) => row.shown.train === train)!;
      shown.delay += minutes;
      return { ...shown };
    },
  };
}

/** When something must happen to a row, in minutes from the first midnight. */
function nextMinute({ shown, due, gone }: Row): number {
  switch (shown.status) {
    case 'scheduled':
      return due + shown.delay - 3;
    case 'boarding':
      return due + shown.delay;
    case 'departed':
      return gone + 2;
    case 'cancelled':
      return Math.max(due + 1, gone + 2);
  }
}

function asTime(minutes: number): string {
  const hours = Math.floor(minutes / 60) % 24;
  return [hours, minutes % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
