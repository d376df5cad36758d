/**
 * HTTP/2: many requests at a time on one connection. RFC 9113.
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
import { respondToDictation } from './dictation.ts';
import { sendEarlyHints, sendHinted } from './early-hints.ts';
import { sendEvents } from './event-stream.ts';
import { exchangeOf, type Exchange } from './exchange.ts';
import { createDrain, endConnection } from './goaway.ts';
import { endIdle, isTooLarge, limits } from './limits.ts';
import { takeReport } from './report.ts';
import { sendTimetable } from './timetable.ts';
import { countTraffic } from './traffic.ts';
import { acceptWebSockets } from './websocket.ts';

const defaults = {
  origins: localOrigins(4001, 'https'), // of pages that may open a WebSocket
  http1: 'https://127.0.0.1:4002', // the same server, HTTP/1.1 only
  heartbeat: 5_000, // ms between two heartbeats in an event stream
  buffer: 1_048_576, // bytes that may wait here for a slow reader
  deadline: 500, // ms that streams have to finish after a GOAWAY
  idle: 60_000, // ms without traffic after which a connection is closed
};
type Options = typeof defaults & { feed: ReturnType<typeof createFeed> };

// Browsers speak HTTP/2 only over TLS. The certificate is made here.
const tls = { ...(await localCertificate()), allowHTTP1: true };

export function createServer(options: Partial<Options> = {}): Lesson {
  const { feed = createFeed(), ...given } = options;
  const numbers = { ...defaults, ...given };
  const page = servePage(new URL('page/', import.meta.url));
  const routes: Record<string, (exchange: Exchange) => unknown> = {
    'GET /board': sendBoard,
    'GET /timetable': sendTimetable,
    'GET /hints': sendEarlyHints,
    'GET /hints.css': sendHinted,
    'POST /dictation': respondToDictation,
    'OPTIONS /dictation': ({ response }) => response.writeHead(204).end(),
    'GET /events': (exchange) => sendEvents(exchange, { feed, ...numbers }),
    'GET /traffic': ({ response }) => response.end(JSON.stringify(traffic())),
    'PUT /goaway': (exchange) => endConnection(exchange, numbers.deadline),
    'PUT /rate': ({ request, response }) => setRate(feed, request, response),
    'POST /sign-in': ({ request, response }) => signIn(request, response),
    'POST /delays': (exchange) => takeReport(exchange, feed),
  };

  // One handler for both protocols: the compatibility API of node:http2.
  async function handle(request: Request, response: Response) {
    const exchange = exchangeOf(request, response);
    const route = routes[`${request.method} ${exchange.path}`];
    try {
      if (isTooLarge(request)) exchange.response.writeHead(431).end();
      else if (route) await route(exchange);
      else page(request, response);
    } catch (error) {
      tellErrors(error as Error, request, response);
    }
  }

  // ALPN: a client that lists HTTP/2 gets it, any other gets HTTP/1.1.
  const server = createSecureServer({ ...tls, ...limits }, handle);
  endIdle(server, numbers.idle);

  // The same on another port, to compare: it offers only HTTP/1.1.
  const http1 = createHttp1Server(tls, handle);
  allowAnyPage(http1);
  acceptWebSockets([server, http1], feed, numbers);

  // A server that ends says GOAWAY, and lets running requests finish.
  const traffic = countTraffic({ h2: server, http1 });
  const drain = createDrain([server, http1], numbers.deadline);
  const close = () => drain().finally(() => feed.close());
  return { server, others: { http1 }, close };
}

// Started by itself, not by a test: listen on this machine only.
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
