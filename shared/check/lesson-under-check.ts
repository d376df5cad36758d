/**
 * The process in which a lesson's server runs while its prose is compared with
 * it. Nothing happens here by itself: the feed steps, and time passes for the
 * lesson's timers, when the checker says so. Started by `captures.ts`.
 */
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { mock } from 'node:test';
import { Server as TlsServer } from 'node:tls';
import { createFeed, type Feed } from '../board/feed.ts';
import type { Lesson, LessonModule } from '../lesson.ts';

/** What the checker asks for; each is answered by one message. */
export type Request =
  /** A new server with a new feed; closes the one before. */
  | { ask: 'open' }
  /** Updates, until the feed has come to this number. */
  | { ask: 'advance'; to: number }
  /** Time for the lesson's timers, in ms. */
  | { ask: 'pass'; ms: number };

const [, , url = ''] = process.argv;
const { createServer } = (await import(url)) as LessonModule<{ feed: Feed }>;
mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });

let feed: Feed | undefined;
let lesson: Lesson | undefined;

async function answer(request: Request): Promise<object> {
  switch (request.ask) {
    case 'open': {
      await lesson?.close();
      feed = createFeed();
      feed.close(); // ends its own timer: from here on it steps when told
      lesson = createServer({ feed });
      const { server, others = {} } = lesson;
      const [port, ...further] = await Promise.all(
        [server, ...Object.values(others)].map(listen),
      );
      const tls = server instanceof TlsServer;
      return { port, others: further, tls, run: feed.run };
    }
    case 'advance': {
      const missing = request.to - (feed?.snapshot().data.n ?? request.to);
      for (let made = 0; made < missing; made += 1) feed?.next();
      return {};
    }
    case 'pass': {
      mock.timers.tick(request.ms);
      return {};
    }
  }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

process.on('message', async (request: Request) => {
  process.send?.(await answer(request));
});
// Without the checker there is nothing to do.
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
