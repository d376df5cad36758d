/**
 * The server that the claims are settled with: the same answers over HTTP/1.1
 * and, with a certificate, over HTTP/2. It does on purpose what a lesson's
 * server would not: it compresses events, counts uploads, answers at once.
 */
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { createGzip, constants, gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';
import { wantsWebSocket } from '@on-the-wire/lesson/page/upgrade.ts';

/** Time between two pieces of what goes on, in ms. */
const PAUSE = 60;

const prose = 'A train departs from platform 7. '.repeat(200);
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const handlers: Record<string, Handler> = {
  '/': (_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    // No icon: the claims' own requests are all that is on the wire.
    response.end('<!doctype html><link rel="icon" href="data:,"><title>Claims');
  },

  // A state with a name: asked again, it is 304 while nothing has changed.
  '/state': (request, response) => {
    response.setHeader('ETag', '"7"');
    response.setHeader('Cache-Control', 'no-cache');
    if (request.headers['if-none-match'] === '"7"') {
      response.statusCode = 304;
      response.end();
    } else response.end(prose);
  },
  '/kept': (_request, response) => {
    response.setHeader('Cache-Control', 'max-age=60');
    response.end(prose);
  },

  '/bytes': (_request, response) => void response.end(everyByte),
  '/compressed': (request, response) => {
    if (!/gzip/.test(`${request.headers['accept-encoding']}`))
      return void response.end(prose);
    response.setHeader('Content-Encoding', 'gzip');
    response.end(gzipSync(prose));
  },

  // Says what it got when it has all. Its head goes out at once.
  '/upload': (request, response) => {
    response.writeHead(200);
    response.flushHeaders();
    let text = '';
    request.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
    request.on('end', () => response.end(JSON.stringify({ text })));
  },

  // Five lines, one after the other.
  '/lines': (_request, response) => {
    response.setHeader('Content-Type', 'application/jsonl');
    goOn(response, (n) => {
      response.write(`line ${n}\n`);
      if (n === 5) response.end();
    });
  },
  // Five lines, each when the one before has been seen and `/go-on` says so: a
  // page that is slow gets none of them together.
  '/held': (request, response) => {
    let n = 0;
    const sayNext = () => {
      n += 1;
      response.write(`line ${n}\n`);
      if (n === 5) response.end();
    };
    held.set(nameIn(request), sayNext);
    response.setHeader('Content-Type', 'application/jsonl');
    sayNext();
  },
  '/go-on': (request, response) => {
    held.get(nameIn(request))?.();
    response.end();
  },

  // Events, as long as somebody listens; after the last id that was seen.
  '/events': (request, response) => {
    const after = Number(request.headers['last-event-id'] ?? 0);
    response.setHeader('Content-Type', 'text/event-stream');
    const isCompressed = request.url!.includes('compressed');
    if (isCompressed) response.setHeader('Content-Encoding', 'gzip');
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    if (isCompressed) gzip.pipe(response);
    goOn(response, (n) => {
      const text =
        (n % 2 === 0 ? ': a comment\n' : '') +
        `retry: 100\nid: ${after + n}\ndata: ${prose.slice(0, 100)}\n\n`;
      if (isCompressed) gzip.write(text);
      else response.write(text);
    });
  },
};

/** What writes the next line of an answer, by the name of who asked. */
const held = new Map<string, () => void>();

/** Whose answer is meant: `/held?xhr`, of the server that was asked. */
function nameIn({ url, headers, socket }: IncomingMessage): string {
  const host = headers[':authority'] ?? headers.host ?? socket.localPort;
  return `${host} ${url!.split('?')[1]}`;
}

/** Calls with 1, 2, 3, … until the response is closed. */
function goOn(response: ServerResponse, tell: (n: number) => void): void {
  let n = 0;
  const timer = setInterval(() => tell((n += 1)), PAUSE);
  response.on('close', () => clearInterval(timer));
}

/** Does to an answer what a proxy does that collects it: nginx, by default. */
function collect(response: ServerResponse): void {
  const { write, end } = response;
  const parts: string[] = [];
  response.write = (part: string) => parts.push(part) > 0;
  response.end = (() => {
    Object.assign(response, { write, end });
    return response.end(parts.join(''));
  }) as typeof response.end;
}

function respond(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url!.split('?')[0]!;
  const found = handlers[path];
  if (request.url!.includes('buffered')) collect(response);
  if (found) found(request, response);
  else {
    response.statusCode = 404;
    response.end('There is nothing here.');
  }
}

/**
 * Makes the server, not yet listening.
 *
 * @param pair key and certificate; with them it speaks HTTP/2, over TLS
 * @param page what is at /run: HTML that runs a claim by itself
 */
export function createClaimsServer(
  pair?: { key: string; cert: string },
  page = () => '',
): Server {
  // The types of both speak of the same requests by different names.
  const both = (request: any, response: any) => {
    if (request.url !== '/run') return respond(request, response);
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(page());
  };
  const upgrade = { shouldUpgradeCallback: wantsWebSocket };
  const server = pair
    ? createSecureServer({ ...pair, allowHTTP1: true, ...upgrade }, both)
    : createServer(upgrade, both);
  const plain = new WebSocketServer({ noServer: true });
  const smaller = new WebSocketServer({
    noServer: true,
    perMessageDeflate: { threshold: 0 },
  });
  server.on(
    'upgrade',
    (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const path = request.url!.split('?')[0]!;
      if (path === '/refused')
        return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const sockets = path === '/compressed-socket' ? smaller : plain;
      sockets.handleUpgrade(request, socket, head, (client) => {
        // It speaks first, says back what it hears, and asks who is there.
        client.send('welcome');
        client.ping();
        client.on('message', (data, isBinary) => {
          client.send(data, { binary: isBinary });
        });
        client.on('error', () => {});
      });
    },
  );
  return server;
}
