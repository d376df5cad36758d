/** In the learner's process: a database that looks, and responds, when we say so. */
import type { Feed, News, Update } from '@on-the-wire/shared/board/feed.ts';
import type { LookUp, Reader } from './exercise.ts';

const kept: Update[] = [];
const most = 30;
let feed: Feed;
let lookUp: LookUp;
let looked = 0;
let slow = false;
let waiting: { lookNow(): void; goOn(): void }[] = [];

/** What `createServer` gets besides the feed. */
export function options(given: Feed) {
  feed = given;
  feed.on('update', (update) => {
    kept.push(update);
    if (kept.length > most) kept.shift();
  });
  lookUp = async () => {
    looked += 1;
    let found = [...kept];
    const lookNow = () => (found = [...kept]);
    if (slow)
      await new Promise<void>((goOn) => waiting.push({ lookNow, goOn }));
    return found;
  };
  return { lookUp };
}

/** How many look-ups there have been. */
export const lookUps = () => looked;

/** From now on each look-up waits for `release`. */
export function hold() {
  slow = true;
}

/** The database looks now, for all look-ups that wait. */
export function look() {
  for (const each of waiting) each.lookNow();
}

/** Lets the look-ups that wait go on, the last one first; later ones do not wait. */
export function release() {
  slow = false;
  for (const { goOn } of waiting.reverse()) goOn();
  waiting = [];
}

/** The results come, and then an update in each of some turns. */
export async function releaseAndGoOn(_mine: object, turns: number) {
  release();
  const made: Update[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    await new Promise((done) => setImmediate(done));
    made.push(feed.next());
  }
  return made;
}

/** A reader without a connection: it notes what it is told. */
interface Noted {
  told: string[];
  stopIt: () => void;
  /** How many updates it had been told when it was stopped. */
  heard: number;
}

const noted: Noted[] = [];

/**
 * Starts one; says what kind of thing `follow` returned.
 *
 * @param count after how many updates it is stopped by its own `tell`
 */
export function start(
  { follow }: { follow(reader: Reader): () => void },
  lastId: string,
  count = Infinity,
) {
  const told: string[] = [];
  const at = noted.length;
  const tell = ({ id }: News) => {
    told.push(id);
    if (told.length === count && noted[at]) stop(undefined, at);
  };
  const stopIt = follow({ feed, lookUp, lastId, tell });
  noted.push({ told, stopIt, heard: 0 });
  return typeof stopIt;
}

/** Stops the reader with this number, counted from 0. */
export function stop(_mine: unknown, at: number) {
  const reader = noted[at]!;
  reader.stopIt();
  reader.heard = reader.told.length;
}

/** The results come, and in the same turn these readers are stopped. */
export function releaseAndStop(_mine: object, from: number, to: number) {
  release();
  for (let at = from; at < to; at += 1) stop(_mine, at);
}

/** Readers whose `tell` causes updates. */
const causing: { told: News[]; made: string[]; stopIt: () => void }[] = [];

/**
 * Starts one; with these calls of its `tell`, counted from 1, an update happens.
 */
export function startCausing(
  { follow }: { follow(reader: Reader): () => void },
  lastId: string,
  calls: number[],
) {
  const told: News[] = [];
  const made: string[] = [];
  const tell = (news: News) => {
    told.push(news);
    if (calls.includes(told.length)) made.push(feed.next().id);
  };
  const stopIt = follow({ feed, lookUp, lastId, tell });
  causing.push({ told, made, stopIt });
}

/** Stops them; says what each was told, and which updates it caused. */
export const endCausing = () =>
  causing.map(({ told, made, stopIt }) => {
    stopIt();
    return { told: told.map(({ id, kind }) => ({ id, kind })), made };
  });

/** What each has been told, and how much of it before it was stopped. */
export const allTold = () => noted.map(({ told, heard }) => ({ told, heard }));
