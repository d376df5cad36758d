/** In the learner's process: which requests came, and what the feed does. */
import { subscribe } from 'node:diagnostics_channel';
import type { Feed, Update } from '@on-the-wire/shared/board/feed.ts';

let feed: Feed;
const requests = { count: 0, wake: () => {} };

// Node itself says when a request is handed to a server.
subscribe('http.server.request.start', () => {
  requests.count += 1;
  requests.wake();
});

export function options(given: Feed) {
  feed = given;
  return {};
}

/** Resolves when so many have come, and the last has been handled. */
export async function requestsAre(_mine: object, count: number) {
  while (requests.count < count)
    await new Promise<void>((done) => (requests.wake = done));
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}

/** Makes updates, in one go; says which error its listeners threw. */
export function happen(_mine: object, count: number) {
  const made: Update[] = [];
  try {
    for (let each = 0; each < count; each += 1) made.push(feed.next());
    return { made };
  } catch (error) {
    return { made, thrown: String((error as Error).stack) };
  }
}

/** What would be left behind: listeners of the feed, and timers. */
export function left() {
  const timers = process
    .getActiveResourcesInfo()
    .filter((name) => name === 'Timeout');
  return { listeners: feed.listenerCount('update'), timers: timers.length };
}
