/**
 * Server-Sent Events: one request, a response that does not end. HTML, 9.2.
 * Left out: other origins (lesson xhr), several servers (the last lesson).
 */
import { createServer as createHttpServer } from 'node:http';
import { createFeed, type News } from '@on-the-wire/shared/board/feed.ts';
import { endOnSignal, takeOver } from '@on-the-wire/shared/board/hand-over.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { createDrain, drainMs } from '@on-the-wire/shared/page/drain.ts';
import { servePage } from '@on-the-wire/shared/page/serve-page.ts';
import { serveRate } from '@on-the-wire/shared/page/serve-rate.ts';
import { isStaff, signIn } from '@on-the-wire/shared/page/staff.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import express from 'express';
import { createAnswers, type AnswerOptions } from './answers.ts';
import { asEventStream, encodeComment } from './event-stream.ts';
import { createHello, eventOf, startHeartbeats } from './news.ts';

const defaults = {
  retry: 2_000, // ms that a browser waits before it reconnects
  jitter: 0, // the share of it that is random, from 0 to 1
  comment: 5_000, // ms between two comments, for the proxies
  heartbeat: 10_000, // ms between two heartbeats, for the page
  buffer: 1_048_576, // bytes that may wait here for a slow reader
  drain: 0, // ms over which closing ends the streams, one after another
};
type Options = typeof defaults & AnswerOptions;

export function createServer(options: Partial<Options> = {}): Lesson {
  const { feed = createFeed(), ...numbers } = options;
  const { buffer, ...settings } = { ...defaults, ...numbers };
  const helloOf = createHello(settings, feed.seed);
  const drain = createDrain(settings.drain);
  const app = express().use(drain.admit); // nothing new while it drains

  // The page, the board and the switch for its rate: as in every lesson.
  app.use(servePage(new URL('page/', import.meta.url)), serveRate(feed));

  app.get('/events', (request, response) => {
    // After the last train: 204 tells an EventSource not to reconnect.
    if (feed.rate === 'over') return void response.status(204).end();

    response.writeHead(200, asEventStream);

    // A reader that does not read is cut off before its bytes fill our memory.
    const send = (text: string) => {
      response.write(text);
      if (response.writableLength > buffer) response.destroy();
    };
    const tell = (news: News) => send(eventOf(news));

    // A comment ends half an event that a browser may have kept. Then the first
    // event: when to reconnect after a cut, and who the reader is.
    send(encodeComment('new stream'));
    send(helloOf({ staff: isStaff(request), rate: feed.rate }));

    // A reader that reconnects names the last id it saw, and gets all that came
    // after it. If there is no such id, or it is unknown: the whole board.
    const lastId = request.get('Last-Event-ID') ?? request.query['after'];
    const missed = feed.after(String(lastId)) ?? [feed.snapshot()];
    missed.forEach(tell);

    // From here on: each update as it happens, and heartbeats in between.
    const end = () => response.end();
    feed.on('update', tell).on('over', end);
    const stop = startHeartbeats(send, settings);

    // When the reader has left, its listeners and timers must go, too.
    const leave = () => {
      feed.off('update', tell).off('over', end);
      stop();
    };
    response.on('close', leave);
    drain.holdResponse(response, leave); // or when it is its turn to be ended
  });

  // The stream has one direction: to speak, a page makes another request.
  app.post('/sign-in', signIn);
  app.post('/delays', express.json(), (request, response) => {
    if (isStaff(request)) response.json(feed.reportDelay(request.body));
    else response.status(401).send('Only staff may report: sign in first.');
  });
  // A response to a POST may be an event stream, too: see answers.ts.
  const answers = createAnswers({ ...options, feed });
  app.use(answers.router);
  app.use(tellErrors); // what makes no sense gets a status code, a sentence

  // A stream never ends by itself, so closing ends each, then what is left.
  const server = createHttpServer(app);
  return { server, close: () => drain.close(server, answers, feed) };
}

// Started by itself, not by a test: listen on this machine, until told to end.
if (import.meta.main) {
  const { PORT = '4001', SEED, RATE } = process.env;
  const feed = takeOver({ seed: SEED, rate: RATE });
  const lesson = createServer({ feed, drain: drainMs() });
  lesson.server.listen(Number(PORT), '127.0.0.1');
  endOnSignal(lesson, feed); // SIGTERM, or Ctrl+C
}
