/**
 * The process in which a lesson's server runs while its prose is compared with
 * it. Nothing happens here by itself: the feed steps, and time passes for the
 * lesson's timers, when the checker says so. Started by `captures.ts`.
 */
import { once } from 'node:events';
import {
  createServer as createNetServer,
  type AddressInfo,
  type Server,
} from 'node:net';
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
      const names = Object.keys(lesson.others ?? {});
      const further = await Promise.all(names.map(freePort));
      if (names.length > 0) {
        // Now that their names are known, it is told where they are reached.
        await lesson.close();
        const origins = further.map((at) => `http://127.0.0.1:${at}`);
        const told = Object.fromEntries(names.map((n, i) => [n, origins[i]]));
        lesson = createServer({ feed, ...told });
      }
      const { server, others = {} } = lesson;
      const port = await listen(server, 0);
      await Promise.all(names.map((n, i) => listen(others[n]!, further[i]!)));
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

async function freePort(): Promise<number> {
  const server = createNetServer();
  const port = await listen(server, 0);
  await new Promise((done) => server.close(done));
  return port;
}

async function listen(server: Server, at: number): Promise<number> {
  server.listen(at, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

process.on('message', async (request: Request) => {
  process.send?.(await answer(request));
});
// Without the checker there is nothing to do.
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
