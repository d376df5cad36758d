/**
 * The server that the claims are settled with: the same responses over HTTP/1.1
 * and, with a certificate, over HTTP/2. It does on purpose what a lesson's
 * server would not: it compresses events, lets caches keep them, and responds
 * before it has read the whole request.
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
import { WebSocketServer, type WebSocket } from 'ws';
import { wantsWebSocket } from '@on-the-wire/lesson/page/upgrade.ts';

/** ms between two pieces of a response that goes on. */
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

  // A state with an ETag: a conditional request gets 304, for nothing changes.
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
    response.end('Kept for a minute.');
  },

  '/bytes': (_request, response) => void response.end(everyByte),
  '/compressed': (request, response) => {
    if (!/gzip/.test(`${request.headers['accept-encoding']}`))
      return void response.end(prose);
    response.setHeader('Content-Encoding', 'gzip');
    response.end(gzipSync(prose));
  },

  // Responds with what it got when it has all. The headers go out at once.
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
  // Five lines. The next is sent when the page has seen one and requested
  // `/go-on`, so that a slow page gets no two together.
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

  // A page that opens the WebSocket its URL names, and tells its parent page
  // what it heard first. It is framed by a page of another site.
  '/opens-socket': (_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(`<!doctype html><link rel="icon" href="data:,"><script>
      const socket = new WebSocket(decodeURIComponent(location.hash.slice(1)));
      socket.onmessage = ({ data }) => parent.postMessage(data, '*');
      socket.onclose = () => parent.postMessage('closed', '*');
    </script>`);
  },

  // Events, until the client closes; after the last id that it names.
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

/** What writes the next line of a response, by the name of its request. */
const held = new Map<string, () => void>();

/** Which response is meant: `/held?xhr`, of the server it was sent to. */
function nameIn({ url, headers, socket }: IncomingMessage): string {
  const host = headers[':authority'] ?? headers.host ?? socket.localPort;
  return `${host} ${url!.split('?')[1]}`;
}

/** Calls with 1, 2, 3, … until the response is closed. */
function goOn(response: ServerResponse, send: (n: number) => void): void {
  let n = 0;
  const timer = setInterval(() => send((n += 1)), PAUSE);
  response.on('close', () => clearInterval(timer));
}

/**
 * Sends 1, 2, 3 … once the page has sent its first message; or what comes after
 * the number that URL, subprotocol, cookie or that message names.
 */
function sendNumbers(client: WebSocket, { url, headers }: IncomingMessage) {
  const inHeaders = /after[.=](\d+)/.exec(
    `${url} ${headers['sec-websocket-protocol']} ${headers.cookie}`,
  );
  client.once('message', (data: Buffer) => {
    let n = Number(inHeaders?.[1] ?? data.toString());
    const timer = setInterval(() => client.send(String((n += 1))), PAUSE);
    client.on('close', () => clearInterval(timer));
  });
}

function respond(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url!.split('?')[0]!;
  const found = handlers[path];
  // A preflight: there is no header here that would allow anything.
  if (request.method === 'OPTIONS') {
    response.statusCode = 204;
    return void response.end();
  }
  // What a server may say to what stands between.
  if (request.url!.includes('no-cache'))
    response.setHeader('Cache-Control', 'no-cache');
  if (request.url!.includes('unbuffered'))
    response.setHeader('X-Accel-Buffering', 'no');
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
  const plain = new WebSocketServer({
    noServer: true,
    // A subprotocol that says after which id to go on: `after.3`.
    handleProtocols: (offered) => [...offered][0]!,
  });
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
        client.on('error', () => {});
        if (path === '/numbered') return sendNumbers(client, request);
        // It speaks first, echoes what it hears, and sends a ping.
        client.send(
          path === '/cookies' ? (request.headers.cookie ?? '') : 'welcome',
        );
        client.ping();
        client.on('message', (data, isBinary) => {
          client.send(data, { binary: isBinary });
        });
      });
    },
  );
  return server;
}
