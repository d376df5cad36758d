/**
 * A gateway in front of a server that speaks HTTP/1.1: to browsers it speaks
 * HTTP/2, as most servers are reached today. A WebSocket in a stream (RFC 8441) becomes
 * a handshake of HTTP/1.1 (RFC 6455) behind it, and the same frames go through.
 */
import { randomBytes } from 'node:crypto';
import {
  request as sendRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { type Duplex, pipeline } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import proxy from 'http2-proxy';
import {
  LastAfterUpgrade,
  wantsWebSocket,
} from '@on-the-wire/lesson/page/upgrade.ts';

/** It may be closed while connections are open: they end, too. */
export interface Gateway {
  server: Http2SecureServer;
  close(): Promise<void>;
}

/**
 * Makes it, not yet listening.
 *
 * @param port of the server behind it, on this machine
 * @param pair key and certificate
 */
export function createGateway(
  port: number,
  pair: { key: string; cert: string },
): Gateway {
  const options = {
    allowHTTP1: true,
    Http1ServerResponse: LastAfterUpgrade,
    settings: { enableConnectProtocol: true },
    maxOutstandingPings: 1_000, // one for each body that has just ended
  };
  /** The same request, for the upstream server. */
  const forward = {
    onReq: (request: Http2ServerRequest, upstream: { headers: object }) => {
      const sent = sendRequest({
        ...upstream,
        port,
        timeout: 0, // of Node's agent: it would end a response after 5 s of silence
        headers: { ...upstream.headers, ...seen(request.headers) },
      });
      return 'stream' in request ? endWhenMeant(sent, request) : sent;
    },
  };
  const server = createSecureServer(
    { ...pair, ...options },
    (request, response) => {
      if (hasLostBody(request)) return void response.writeHead(400).end();
      const settings = { ...forward, onRes: passOn } as never;
      proxy.web(request, response, settings, (error) => {
        if (!error) return;
        // After the headers there is no status code left to send: a cut or a
        // reset says it. Without the error Node would end the stream as usual.
        if (response.headersSent) response.destroy(error);
        else response.writeHead(502).end();
      });
    },
  );
  // The same event for both versions: HTTP/1.1 comes with its socket.
  server.on('connect', (request, response) => {
    if ('stream' in request)
      bridge(request as Http2ServerRequest, response as never, port);
    else end(response as unknown as Duplex, 501, 'Not Implemented');
  });
  // As an option only `node:http` takes it; `node:http2` looks at the property.
  Object.assign(server, { shouldUpgradeCallback: wantsWebSocket });
  // A browser puts a WebSocket into a stream of a connection that it has. Where
  // it has none, after a cut, it opens one that speaks HTTP/1.1 only.
  server.on('upgrade', (request, socket, head) => {
    if (request.method !== 'GET' || hasLostBody(request))
      return end(socket, 400, 'Bad Request');
    socket.on('error', () => {});
    request.headers.upgrade = 'websocket'; // as http2-proxy writes it
    proxy.ws(request, socket, head, forward as never, () => socket.destroy());
  });
  // Streams of HTTP/2 and upgraded connections alike: all that it has open.
  const sockets = new Set<TLSSocket>();
  server.on('secureConnection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return {
    server,
    async close() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/**
 * Whether a request has a body that does not get through as one. Of GET, HEAD
 * and OPTIONS http2-proxy drops it and passes on its length; that of DELETE and
 * TRACE Node sends without chunks. On the kept connection behind, the next
 * request would then begin in the wrong place (RFC 9112, 11.2).
 */
function hasLostBody(request: IncomingMessage | Http2ServerRequest): boolean {
  const { method = '', headers } = request;
  if (['POST', 'PUT', 'PATCH'].includes(method)) {
    // What was done to it for one hop only, or over HTTP/1.0: RFC 9112, 6.1.
    const coding = headers['transfer-encoding'];
    if (coding === undefined) return false;
    const isChunked = String(coding).toLowerCase() === 'chunked';
    return !isChunked || request.httpVersion === '1.0';
  }
  // Over HTTP/2 a body needs no header.
  if ('stream' in request && !request.stream.endAfterHeaders) return true;
  const { 'content-length': length = 0, 'transfer-encoding': coding } = headers;
  return coding !== undefined || Number(length) > 0;
}

/**
 * Ends the upstream request only when the end of the body was meant as one. If a
 * client of Node cancels an upload (`stream.close()`), END_STREAM goes out first
 * and RST_STREAM right behind it. The reply to a PING comes after both. A body
 * with a length needs none: Node counts its bytes.
 */
function endWhenMeant(
  sent: ClientRequest,
  { stream, headers }: Http2ServerRequest,
): ClientRequest {
  if (stream.endAfterHeaders || headers['content-length']) return sent;
  const endNow = sent.end.bind(sent);
  sent.end = () => {
    stream.session?.ping(() => {
      // By then http2-proxy has ended it, if the stream was reset.
      if (!sent.destroyed) endNow();
    });
    return sent;
  };
  return sent;
}

/** Whether a browser can get it (RFC 9110, 15). Node throws at any other. */
const isFinal = (status = 0) => status >= 200 && status <= 599;

/** Passes on a response; http2-proxy would throw where nothing catches it. */
async function passOn(
  _request: unknown,
  response: Http2ServerResponse,
  received: IncomingMessage,
): Promise<void> {
  const { statusCode = 0, headers } = received;
  if (!isFinal(statusCode)) throw new Error(`found status ${statusCode}`);
  response.statusCode = statusCode;
  for (const [name, value] of Object.entries(headers))
    response.setHeader(name, value!);
  received.on('end', () => response.addTrailers(received.trailers as never));
  received.pipe(response);
}

/** Ends a connection that leads nowhere, with a response. */
function end(socket: Duplex, status: number, reason: string) {
  socket.on('error', () => {});
  const fields = 'Connection: close\r\nContent-Length: 0';
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${fields}\r\n\r\n`);
}

type WithHeaders = { headers: NodeJS.Dict<string | string[]> };

/** The host and the origin as the upstream server knows them: it speaks no TLS. */
function seen(headers: WithHeaders['headers']) {
  const host = String(headers[':authority'] ?? headers['host']);
  const origin = headers['origin'];
  return {
    host,
    ...(origin && { origin: String(origin).replace(/^https:/, 'http:') }),
  };
}

/** The headers of a handshake that the upstream server needs. */
const passed = [
  'cookie',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'sec-websocket-extensions',
];
const negotiated = ['sec-websocket-protocol', 'sec-websocket-extensions'];

function bridge(
  { headers, url, stream }: Http2ServerRequest,
  response: Http2ServerResponse,
  port: number,
): void {
  stream.on('error', () => {});
  if (headers[':protocol'] !== 'websocket') {
    response.writeHead(501).end();
    return;
  }
  const upstream = sendRequest({
    port,
    path: url,
    headers: {
      ...pick(headers, passed),
      ...seen(headers),
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    },
  });
  upstream.on('upgrade', ({ headers: received }, socket, head) => {
    stream.respond({ ':status': 200, ...pick(received, negotiated) });
    if (head.length > 0) stream.write(head);
    pipeline(socket, stream, socket, () => {
      socket.destroy();
      stream.destroy();
    });
  });
  upstream.on('response', (refusal) => {
    const { statusCode } = refusal;
    response.writeHead(isFinal(statusCode) ? statusCode! : 502);
    pipeline(refusal, response, () => {}); // half a refusal is reset
  });
  upstream.on('error', () => {
    if (!stream.headersSent && !stream.destroyed) response.writeHead(502).end();
    else stream.destroy();
  });
  stream.on('close', () => upstream.destroy());
  upstream.end();
}

const pick = (headers: NodeJS.Dict<string | string[]>, names: string[]) =>
  Object.fromEntries(
    names.flatMap((name) =>
      headers[name] === undefined ? [] : [[name, headers[name]]],
    ),
  );
