/** The lesson's server, as the tests of it need it. */
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { createServer } from '../server.ts';

const closing: (() => Promise<void>)[] = [];

/** Closes what a test has started; for `afterEach`. */
export async function closeAll() {
  for (const close of closing.splice(0)) await close();
}

/** Starts the lesson with a feed that moves only when the test says so. */
export async function start(options: Parameters<typeof createServer>[0] = {}) {
  const feed = createFeed({ rate: 'night' });
  feed.close(); // stops its clock: `next()` alone moves it
  const lesson = createServer({ feed, deadline: 20, ...options });
  closing.push(lesson.close);
  const { port } = await listen(lesson.server);
  const http1 = await listen(lesson.others!['http1']!);
  return { feed, ...lesson, port, http1: http1.port };
}

/** The headers of a request for a board that takes `wait` ms. */
export const board = (station: number, wait: number) => ({
  ':path': `/board?station=${station}&wait=${wait}`,
});

/** How many timers run: one for each board that is being waited for. */
export const timers = () =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
