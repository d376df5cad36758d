/**
 * WebSocket in a stream of HTTP/2: RFC 8441. The handshake is a CONNECT with
 * `:protocol`, its response is 200, and DATA frames carry WebSocket frames.
 * A browser that does not know this opens a connection over HTTP/1.1 for it,
 * as in RFC 6455.
 *
 * `ws` knows only HTTP/1.1. After the handshake it can use a stream in place of
 * a socket; but `setSocket` is internal, not an API: a new version of `ws` must
 * pass our tests before it is used.
 */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type {
  Http2ServerRequest,
  Http2ServerResponse,
  ServerHttp2Stream,
} from 'node:http2';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Feed } from '@on-the-wire/shared/board/feed.ts';
import type { Request } from '@on-the-wire/shared/page/exchange.ts';
import { isStaff } from '@on-the-wire/shared/page/staff.ts';
import { wantsWebSocket } from '@on-the-wire/shared/page/upgrade.ts';
import { WebSocket, WebSocketServer } from 'ws';
import { isTooLarge } from './limits.ts';

const largest = 4_096; // bytes of one message

type Opened = WebSocket & {
  setSocket(stream: ServerHttp2Stream, head: Buffer, options: object): void;
};
const Opened = WebSocket as unknown as new (
  address: null,
  protocols: undefined,
  options: object,
) => Opened;

/** Whose pages may open a WebSocket: scheme, host and port. */
interface Pages {
  origins: readonly string[];
  http1: string;
}

/**
 * Accepts WebSockets at /loudspeaker: what staff says there, everybody hears.
 *
 * @param servers which may speak HTTP/2, HTTP/1.1 or both
 */
export function acceptWebSockets(
  servers: Server[],
  feed: Feed,
  pages: Readonly<Pages>,
) {
  /** The same for both, once the handshake is done. */
  function talk(socket: WebSocket, request: Request) {
    socket.on('error', () => {}); // `ws` has closed it already
    const say = (message: object) => socket.send(JSON.stringify(message));

    // The page cannot see which stream this is, if it is one. So we say it.
    const stream = 'stream' in request ? request.stream.id : undefined;
    say({ kind: 'hello', stream });
    socket.on('message', (text) => {
      try {
        if (!isStaff(request)) throw new Error('Only staff may speak.');
        feed.announce(String(text));
      } catch (error) {
        say({ kind: 'error', message: (error as Error).message });
      }
    });
  }

  const accept = (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
  ) => {
    const isHandshake = request.headers[':protocol'] === 'websocket';
    const status = isHandshake ? refusal(request, pages) : 501; // no proxy
    if (status) return void response.writeHead(status).end();

    const { stream } = request;
    stream.respond({ ':status': 200 });
    const socket = new Opened(null, undefined, {
      autoPong: true,
      closeTimeout: 30_000,
    });
    socket.setSocket(stream, Buffer.alloc(0), { maxPayload: largest });
    talk(socket, request);
  };

  const overHttp1 = new WebSocketServer({
    noServer: true,
    maxPayload: largest,
    perMessageDeflate: false,
  });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const status = refusal(request, pages);
    if (status) return refuse(socket, status);
    request.headers.upgrade = 'websocket'; // of a list `ws` would take none
    overHttp1.handleUpgrade(request, socket, head, (opened) =>
      talk(opened, request),
    );
  };

  for (const server of servers) {
    // As an option Node 26.10 ignores it in a server of both protocols.
    Object.assign(server, { shouldUpgradeCallback: wantsWebSocket });
    server.on('upgrade', upgrade);
    // Over HTTP/1.1, too, a CONNECT is this event, and comes with its socket.
    server.on('connect', (request: Request, to) => {
      if ('stream' in request) accept(request, to as Http2ServerResponse);
      else refuse(to as unknown as Duplex, 501); // no proxy: RFC 9110, 9.1
    });
  }
}

/** Refuses over HTTP/1.1, and ends: no later request belongs here. */
function refuse(socket: Duplex, status: number) {
  socket.on('error', () => {}); // it may leave while we speak
  const line = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  const fields = 'Connection: close\r\nContent-Length: 0\r\n\r\n';
  socket.end(line + fields, () => socket.destroy()); // also if the client stays
}

/** The status code that a handshake is refused with, if it is. */
function refusal(request: Request, { origins, http1 }: Pages) {
  const { url, headers } = request;
  if (isTooLarge(request)) return 431;
  if (url !== '/loudspeaker') return 404;
  if (headers['sec-websocket-version'] !== '13') return 400;

  // Any page of the Web may try, and the browser says which one it is. It is
  // compared with our own list, not with the host, which the client chose.
  const { origin = http1 } = headers;
  return [...origins, http1].includes(origin) ? undefined : 403;
}
