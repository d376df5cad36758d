/**
 * XHR and fetch: one request, one response. RFC 9110; WHATWG Fetch.
 * Left out: responses that a browser reads as events (lesson sse).
 */
import { createServer as createHttpServer } from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { servePage } from '@on-the-wire/shared/page/serve-page.ts';
import { serveRate } from '@on-the-wire/shared/page/serve-rate.ts';
import { isStaff, signIn } from '@on-the-wire/shared/page/staff.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import express from 'express';
import { sendCompressed } from './compressed.ts';
import { allowOrigin } from './cross-origin.ts';
import { sendLines } from './json-lines.ts';
import { newsAfter } from './long-poll.ts';
import { recordings } from './recordings.ts';
import { stationMap } from './station-map.ts';
import { timetable } from './timetable.ts';

const defaults = {
  neighbour: 'http://127.0.0.1:4002', // the other origin that is allowed
  timeoutMs: 20_000, // how long a response waits for news
  buffer: 1_048_576, // bytes that may wait here for a slow client
  largest: 33_554_432, // bytes of one recording
};
type Options = typeof defaults & { feed: ReturnType<typeof createFeed> };

export function createServer(options: Partial<Options> = {}): Lesson {
  const { feed = createFeed(), ...given } = options;
  const { neighbour, timeoutMs, buffer, largest } = { ...defaults, ...given };
  const app = express();

  // The page, the board and the switch for its rate: as in every lesson.
  app.use(servePage(new URL('page/', import.meta.url)), serveRate(feed));

  // Pages of one other origin may request these, and read the response.
  app.use(['/board', '/delays'], allowOrigin(neighbour));

  // The whole board. Its id is its ETag: a client that names it gets a 304
  // without a body, as long as nothing has changed.
  app.get('/board', (request, response) => {
    const board = feed.snapshot();
    response.set('ETag', `W/"${board.id}"`).set('Cache-Control', 'no-cache');
    if (request.fresh) response.status(304).end();
    else sendCompressed(request, response, JSON.stringify(board), '.json');
  });

  // Long polling: the response waits until there is news.
  app.get('/updates', async (request, response) => {
    const { after } = request.query;
    response.set('Cache-Control', 'no-store');
    response.json(await newsAfter(feed, `${after}`, timeoutMs, response));
  });

  // A byte stream: a response without end, a line of JSON for each update.
  app.get('/lines', (request, response) => {
    sendLines(feed, String(request.query['after']), buffer, response);
  });

  // What may be stored; binary bodies: a picture down, a recording up.
  app.use('/timetable', timetable(feed));
  app.get('/map', (q, r) => sendCompressed(q, r, stationMap(), '.bmp'));
  app.use('/recordings', recordings(largest));

  // What changes something needs the cookie.
  app.post('/sign-in', signIn);
  app.put('/delays', express.json(), (request, response) => {
    if (isStaff(request)) response.json(feed.reportDelay(request.body));
    else response.status(401).send('Only staff may report: sign in first.');
  });

  // A page of the other origin. It learns where ours is from a fragment, which
  // no server sees: a browser adds it to the Location (RFC 9110, 10.2.2).
  app.get('/neighbour', (_q, response) => response.redirect(`${neighbour}/`));
  app.use(tellErrors);

  // Another port is another origin, and needs a server of its own.
  const server = createHttpServer(app);
  const beside = createHttpServer(
    servePage(new URL('page/neighbour/', import.meta.url)),
  );
  const close = async () => {
    feed.close();
    for (const each of [server, beside])
      await new Promise((done) => each.close(done).closeAllConnections());
  };
  return { server, others: { neighbour: beside }, close };
}

// Started by itself, not by a test: listen, on this machine only.
if (import.meta.main) {
  const { PORT = '4001', PORT_NEIGHBOUR = '4002', SEED, RATE } = process.env;
  const { URL_NEIGHBOUR: url = defaults.neighbour } = process.env;
  const feed = createFeed({ seed: SEED, rate: RATE });
  const lesson = createServer({ feed, neighbour: new URL(url).origin });
  lesson.server.listen(Number(PORT), '127.0.0.1');
  lesson.others?.['neighbour']?.listen(Number(PORT_NEIGHBOUR), '127.0.0.1');
}
