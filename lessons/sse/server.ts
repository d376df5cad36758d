/**
 * Server-Sent Events: ask once, keep being answered. WHATWG HTML, 9.2.
 * Left out: other origins (lesson xhr), several servers (the last lesson).
 */
import { createServer as createHttpServer } from 'node:http';
import { createFeed, type News } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { servePage } from '@on-the-wire/shared/page/serve-page.ts';
import { serveRate } from '@on-the-wire/shared/page/serve-rate.ts';
import { isStaff, signIn } from '@on-the-wire/shared/page/staff.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import express from 'express';
import { encodeComment, encodeEvent } from './event-stream.ts';
import { eventOf } from './news.ts';

const defaults = {
  retry: 2_000, // ms that a browser waits before it comes back
  comment: 5_000, // ms between two comments, for the proxies
  heartbeat: 10_000, // ms between two heartbeats, for the page
  buffer: 1_048_576, // bytes that a slow reader may leave lying here
};
type Options = typeof defaults & { feed: ReturnType<typeof createFeed> };

export function createServer(options: Partial<Options> = {}): Lesson {
  const { feed = createFeed(), ...numbers } = options;
  const { retry, comment, heartbeat, buffer } = { ...defaults, ...numbers };
  const app = express();

  // The page, the board and the switch for its rate: as in every lesson.
  app.use(servePage(new URL('page/', import.meta.url)), serveRate(feed));

  app.get('/events', (request, response) => {
    // After the last train: 204 tells an EventSource not to come back.
    if (feed.rate === 'over') return void response.status(204).end();

    // The type makes it an event stream. The rest asks everyone on the way to
    // hand on each byte as it comes: keep nothing, compress nothing.
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });

    // Who does not read is cut off before the unread bytes fill our memory.
    const send = (text: string) => {
      response.write(text);
      if (response.writableLength > buffer) response.destroy();
    };
    const tell = (news: News) => send(eventOf(news));

    // First words: how long to wait after a cut, and who you are to us.
    const hello = { staff: isStaff(request), rate: feed.rate };
    send(encodeEvent({ event: 'hello', retry, data: JSON.stringify(hello) }));

    // Who comes back names the last id seen, and gets all that came after it.
    // Anyone else, or when that id is no longer known: the whole board.
    const lastId = request.get('Last-Event-ID') ?? request.query['after'];
    const missed = feed.after(String(lastId)) ?? [feed.snapshot()];
    missed.forEach(tell);

    // From here on each update as it happens, and signs of life between them.
    const end = () => response.end();
    feed.on('update', tell).on('over', end);
    const alive = encodeEvent({ event: 'heartbeat', data: '' });
    const heartbeats = setInterval(send, heartbeat, alive);
    const comments = setInterval(send, comment, encodeComment('keep open'));

    // Who leaves takes everything along: listeners and timers.
    response.on('close', () => {
      feed.off('update', tell).off('over', end);
      clearInterval(heartbeats);
      clearInterval(comments);
    });
  });

  // The stream carries nothing back: to speak, a page makes a new request.
  app.post('/sign-in', signIn);
  app.post('/delays', express.json(), (request, response) => {
    if (isStaff(request)) response.json(feed.reportDelay(request.body));
    else response.status(401).send('Only staff may report: sign in first.');
  });

  // What makes no sense gets its status and one sentence.
  app.use(tellErrors);

  // A stream never ends by itself: to close is to cut every connection.
  const server = createHttpServer(app);
  const close = async () => {
    feed.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}

// Started by itself, not by a test: listen, on this machine only.
if (import.meta.main) {
  const { PORT = '4001', SEED, RATE } = process.env;
  const feed = createFeed({ seed: SEED, rate: RATE });
  createServer({ feed }).server.listen(Number(PORT), '127.0.0.1');
}
