/**
 * HTTP/2: many conversations on one connection. RFC 9113.
 * Left out: priorities (RFC 9218), and server push, which browsers gave up.
 */
import { createSecureServer } from 'node:http2';
import { createServer as createHttp1Server } from 'node:https';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import type { Request, Response } from '@on-the-wire/shared/page/exchange.ts';
import { localOrigins, readOrigins } from '@on-the-wire/shared/page/origins.ts';
import { servePage } from '@on-the-wire/shared/page/serve-page.ts';
import { setRate } from '@on-the-wire/shared/page/serve-rate.ts';
import { signIn } from '@on-the-wire/shared/page/staff.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import { sendBoard } from './boards.ts';
import { allowAnyPage } from './cross-origin.ts';
import { answerDictation } from './dictation.ts';
import { giveEarlyHints, sendHinted } from './early-hints.ts';
import { tellNews } from './event-stream.ts';
import { exchangeOf, type Exchange } from './exchange.ts';
import { endConnection, leaver } from './goaway.ts';
import { endIdle, isTooLarge, limits } from './limits.ts';
import { takeReport } from './report.ts';
import { sendTimetable } from './timetable.ts';
import { countTraffic } from './traffic.ts';
import { acceptWebSockets } from './websocket.ts';

const defaults = {
  origins: localOrigins(4001, 'https'), // of pages that may open a WebSocket
  http1: 'https://127.0.0.1:4002', // the same once more, by HTTP/1.1 only
  heartbeat: 10_000, // ms between two signs of life in an event stream
  buffer: 1_048_576, // bytes that a slow reader may leave lying here
  deadline: 500, // ms that streams have to end when the server leaves
  idle: 60_000, // ms after which a silent connection is closed
};
type Options = typeof defaults & { feed: ReturnType<typeof createFeed> };

// Browsers speak HTTP/2 over TLS only. Made on this machine, and for it.
const tls = { ...(await localCertificate()), allowHTTP1: true };

export function createServer(options: Partial<Options> = {}): Lesson {
  const { feed = createFeed(), ...given } = options;
  const numbers = { ...defaults, ...given };
  const page = servePage(new URL('page/', import.meta.url));
  const answers: Record<string, (exchange: Exchange) => unknown> = {
    'GET /board': sendBoard,
    'GET /timetable': sendTimetable,
    'GET /hints': giveEarlyHints,
    'GET /hints.css': sendHinted,
    'POST /dictation': answerDictation,
    'OPTIONS /dictation': ({ response }) => response.writeHead(204).end(),
    'GET /events': (exchange) => tellNews(exchange, { feed, ...numbers }),
    'GET /traffic': ({ response }) => response.end(JSON.stringify(traffic())),
    'POST /goodbye': (exchange) => endConnection(exchange, numbers.deadline),
    'PUT /rate': ({ request, response }) => setRate(feed, request, response),
    'POST /sign-in': ({ request, response }) => signIn(request, response),
    'POST /delays': (exchange) => takeReport(exchange, feed),
  };

  // One handler for both protocols: the compatibility API of node:http2.
  async function handle(request: Request, response: Response) {
    const exchange = exchangeOf(request, response);
    const answer = answers[`${request.method} ${exchange.path}`];
    try {
      if (isTooLarge(request)) exchange.response.writeHead(431).end();
      else if (answer) await answer(exchange);
      else page(request, response);
    } catch (error) {
      tellErrors(error as Error, request, response);
    }
  }

  // By ALPN a client says what it speaks, and gets HTTP/2 if it can.
  const server = createSecureServer({ ...tls, ...limits }, handle);
  acceptWebSockets(server, feed, numbers.origins);
  endIdle(server, numbers.idle);

  // The same at another port, to compare. HTTP/1.1 is all that it offers.
  const http1 = createHttp1Server(tls, handle);
  allowAnyPage(http1);

  // Whoever leaves says goodbye, and lets others finish what they have begun.
  const traffic = countTraffic({ h2: server, http1 });
  const leave = leaver([server, http1], numbers.deadline);
  const close = () => leave().finally(() => feed.close());
  return { server, others: { http1 }, close };
}

// Started by itself, not by a test: listen, on this machine only.
if (import.meta.main) {
  const { PORT = '4001', PORT_HTTP1 = '4002', SEED, RATE } = process.env;
  const { URL_HTTP1: url = defaults.http1, ORIGINS } = process.env;
  const origins = readOrigins(ORIGINS) ?? localOrigins(PORT, 'https');
  const feed = createFeed({ seed: SEED, rate: RATE });
  const lesson = createServer({ feed, http1: new URL(url).origin, origins });
  lesson.server.listen(Number(PORT), '127.0.0.1');
  lesson.others?.['http1']?.listen(Number(PORT_HTTP1), '127.0.0.1');
  process.once('SIGTERM', lesson.close);
}
