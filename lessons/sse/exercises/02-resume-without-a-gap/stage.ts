/** In the learner's process: a database whose results come when we say so. */
import type { Feed, Update } from '@on-the-wire/shared/board/feed.ts';

const kept: Update[] = [];
const most = 30;
let slow = false;
let waiting: (() => void)[] = [];

/** What `createServer` gets besides the feed. */
export function options(feed: Feed) {
  feed.on('update', (update) => {
    kept.push(update);
    if (kept.length > most) kept.shift();
  });
  const lookUp = async () => {
    const found = [...kept];
    if (slow) await new Promise<void>((done) => waiting.push(done));
    return found;
  };
  return { lookUp };
}

/** From now on each look-up waits for `release`. */
export function hold() {
  slow = true;
}

/** Lets the look-ups that wait go on; later ones do not wait. */
export function release() {
  slow = false;
  for (const goOn of waiting) goOn();
  waiting = [];
}
