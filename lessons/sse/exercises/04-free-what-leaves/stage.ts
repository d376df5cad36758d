/** In the learner's process: so many updates at once, and only their number. */
import type { Feed } from '@on-the-wire/shared/board/feed.ts';

let feed: Feed;

export function options(given: Feed) {
  feed = given;
  return {};
}

/** Makes updates; returns the number of the last. */
export function burst(_mine: object, count: number): number {
  let n = 0;
  for (let made = 0; made < count; made += 1) n = feed.next().data.n;
  return n;
}
