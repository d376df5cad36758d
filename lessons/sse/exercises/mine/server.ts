/**
 * The lesson's server, put together from its four exercises. `pnpm exercise
 * --mine sse` runs it with your files in place of each `solution.ts`.
 */
import { EventEmitter } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createFeed, type News } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { servePage } from '@on-the-wire/shared/page/serve-page.ts';
import { serveRate } from '@on-the-wire/shared/page/serve-rate.ts';
import { isStaff, signIn } from '@on-the-wire/shared/page/staff.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import express from 'express';
import { encodeComment, encodeEvent } from '../01-write-the-event/solution.ts';
import { database, follow } from '../02-resume-without-a-gap/solution.ts';
import { addReader } from '../04-free-what-leaves/solution.ts';

const defaults = {
  retry: 2_000, // ms that a browser waits before it reconnects
  comment: 5_000, // ms between two comments, for the proxies
  heartbeat: 10_000, // ms between two heartbeats, for the page
  buffer: 1_048_576, // bytes that may wait here for a slow reader
};
type Options = typeof defaults & { feed: ReturnType<typeof createFeed> };

/** Where the third exercise is: a page asks for it by that name. */
const third = '03-the-stream-that-comes-back/solution.ts';

export function createServer(options: Partial<Options> = {}): Lesson {
  const { feed = createFeed(), ...numbers } = options;
  const { retry, comment, heartbeat, buffer } = { ...defaults, ...numbers };
  const lookUp = database(feed);
  const app = express();

  // Exercise 3 is in the page: it gets your file, or ours.
  const file = import.meta.resolve(`../${third}`);
  const stream = servePage(new URL('.', file));
  app.use((request, response, next) => {
    if (request.path !== `/${third}`) return next();
    request.url = `/${file.split('/').at(-1)}`;
    return stream(request, response, next);
  });
  app.use(servePage(new URL('page/', import.meta.url)));
  app.use(servePage(new URL('../../page/', import.meta.url)), serveRate(feed));

  app.get('/events', (request, response) => {
    if (feed.rate === 'over') return void response.status(204).end();
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });
    const hello = { staff: isStaff(request), rate: feed.rate };
    response.write(encodeComment('new stream'));
    response.write(
      encodeEvent({ event: 'hello', retry, data: JSON.stringify(hello) }),
    );

    // Exercise 2 decides what a reader gets, exercise 4 sends it.
    const news = new EventEmitter();
    addReader({ feed: news, request, response, buffer });
    const header = request.get('Last-Event-ID') ?? request.query['after'];
    const tell = (update: News) => news.emit('update', update);
    const stop = follow({ feed, lookUp, lastId: String(header), tell });

    const end = () => response.end();
    feed.on('over', end);
    const say = (text: string) => response.write(text);
    const alive = encodeEvent({ event: 'heartbeat', data: '' });
    const heartbeats = setInterval(say, heartbeat, alive);
    const comments = setInterval(say, comment, encodeComment('keep open'));
    response.on('close', () => {
      stop();
      feed.off('over', end);
      clearInterval(heartbeats);
      clearInterval(comments);
    });
  });

  app.post('/sign-in', signIn);
  app.post('/delays', express.json(), (request, response) => {
    if (isStaff(request)) response.json(feed.reportDelay(request.body));
    else response.status(401).send('Only staff may report: sign in first.');
  });
  app.use(tellErrors);

  const server = createHttpServer(app);
  const close = async () => {
    feed.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}

if (import.meta.main) {
  const { PORT = '4001', SEED, RATE } = process.env;
  const feed = createFeed({ seed: SEED, rate: RATE });
  createServer({ feed }).server.listen(Number(PORT), '127.0.0.1');
}
