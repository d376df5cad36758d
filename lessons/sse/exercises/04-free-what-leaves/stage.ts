/** In the learner's process: many updates at once; only their number leaves. */
import type { Feed } from '@on-the-wire/shared/board/feed.ts';

let feed: Feed;

export function options(given: Feed) {
  feed = given;
  return {};
}

/** As long as an announcement may be: 800 bytes. */
const text = '🚆'.repeat(200);

/** Makes announcements; returns the number of the last. */
export function burst(_mine: object, count: number): number {
  let n = 0;
  for (let made = 0; made < count; made += 1) n = feed.announce(text).data.n;
  return n;
}
