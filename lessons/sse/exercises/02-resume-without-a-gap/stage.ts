/** In the learner's process: a database whose answers come when we say so. */
import type { Feed, Update } from '@on-the-wire/shared/board/feed.ts';

const kept: Update[] = [];
const most = 30;
let slow = false;
let waiting: (() => void)[] = [];

/** What `createServer` gets beside the feed. */
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

/** From now on questions wait for their answer. */
export function hold() {
  slow = true;
}

/** Answers what was asked, and from now on at once. */
export function release() {
  slow = false;
  for (const answer of waiting) answer();
  waiting = [];
}
