/**
 * Server-Sent Events: one request, a response that does not end. HTML, 9.2.
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
  retry: 2_000, // ms that a browser waits before it reconnects
  comment: 5_000, // ms between two comments, for the proxies
  heartbeat: 10_000, // ms between two heartbeats, for the page
  buffer: 1_048_576, // bytes that may wait here for a slow reader
};
type Options = typeof defaults & { feed: ReturnType<typeof createFeed> };

export function createServer(options: Partial<Options> = {}): Lesson {
  const { feed = createFeed(), ...numbers } = options;
  const { retry, comment, heartbeat, buffer } = { ...defaults, ...numbers };
  const app = express();

  // The page, the board and the switch for its rate: as in every lesson.
  app.use(servePage(new URL('page/', import.meta.url)), serveRate(feed));

  app.get('/events', (request, response) => {
    // After the last train: 204 tells an EventSource not to reconnect.
    if (feed.rate === 'over') return void response.status(204).end();

    // The type makes it an event stream. The rest asks caches and proxies to
    // pass on each byte as it comes: not from a cache, not compressed.
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
    });

    // A reader that does not read is cut off before its bytes fill our memory.
    const send = (text: string) => {
      response.write(text);
      if (response.writableLength > buffer) response.destroy();
    };
    const tell = (news: News) => send(eventOf(news));

    // A comment ends half an event that a browser may have kept. Then the first
    // event: when to reconnect after a cut, and who the reader is.
    send(encodeComment('new stream'));
    const hello = { staff: isStaff(request), rate: feed.rate };
    send(encodeEvent({ event: 'hello', retry, data: JSON.stringify(hello) }));

    // A reader that reconnects names the last id it saw, and gets all that came
    // after it. If there is no such id, or it is unknown: the whole board.
    const lastId = request.get('Last-Event-ID') ?? request.query['after'];
    const missed = feed.after(String(lastId)) ?? [feed.snapshot()];
    missed.forEach(tell);

    // From here on: each update as it happens, and heartbeats in between.
    const end = () => response.end();
    feed.on('update', tell).on('over', end);
    const alive = encodeEvent({ event: 'heartbeat', data: '' });
    const heartbeats = setInterval(send, heartbeat, alive);
    const comments = setInterval(send, comment, encodeComment('keep open'));

    // When the reader has left, its listeners and timers must go, too.
    response.on('close', () => {
      feed.off('update', tell).off('over', end);
      clearInterval(heartbeats);
      clearInterval(comments);
    });
  });

  // The stream has one direction: to speak, a page makes another request.
  app.post('/sign-in', signIn);
  app.post('/delays', express.json(), (request, response) => {
    if (isStaff(request)) response.json(feed.reportDelay(request.body));
    else response.status(401).send('Only staff may report: sign in first.');
  });
  app.use(tellErrors); // what makes no sense gets a status code, a sentence

  // A stream never ends by itself, so closing means to cut every connection.
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
