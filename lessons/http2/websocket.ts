/**
 * WebSocket in a stream of HTTP/2: RFC 8441. The handshake is a CONNECT with
 * `:protocol`, its response is 200, and DATA frames carry WebSocket frames.
 *
 * `ws` knows only HTTP/1.1. After the handshake it can use a stream in place of
 * a socket; but `setSocket` is internal, not an API: a new version of `ws` must
 * pass our tests before it is used.
 */
import type { IncomingMessage } from 'node:http';
import type {
  Http2SecureServer,
  Http2ServerRequest,
  Http2ServerResponse,
  ServerHttp2Stream,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Feed } from '@on-the-wire/shared/board/feed.ts';
import { isStaff } from '@on-the-wire/shared/page/staff.ts';
import { WebSocket } from 'ws';
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

/**
 * Accepts WebSockets at /loudspeaker: what staff says there, everybody hears.
 *
 * @param origins of pages that may open one: scheme, host and port
 */
export function acceptWebSockets(
  server: Http2SecureServer,
  feed: Feed,
  origins: readonly string[],
) {
  const accept = (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
  ) => {
    const status = refusal(request, origins);
    if (status) return void response.writeHead(status).end();

    const { stream } = request;
    stream.respond({ ':status': 200 });
    const socket = new Opened(null, undefined, {
      autoPong: true,
      closeTimeout: 30_000,
    });
    socket.setSocket(stream, Buffer.alloc(0), { maxPayload: largest });
    socket.on('error', () => {}); // `ws` has closed it already
    const say = (message: object) => socket.send(JSON.stringify(message));

    // The page cannot see which stream this is. So we say it.
    say({ kind: 'hello', stream: stream.id });
    socket.on('message', (text) => {
      try {
        if (!isStaff(request)) throw new Error('Only staff may speak.');
        feed.announce(String(text));
      } catch (error) {
        say({ kind: 'error', message: (error as Error).message });
      }
    });
  };
  // Over HTTP/1.1, too, a CONNECT is this event, and comes with its socket.
  server.on('connect', (request: Http2ServerRequest | IncomingMessage, to) => {
    if ('stream' in request) accept(request, to as Http2ServerResponse);
    else refuseProxying(to as unknown as Duplex);
  });
}

/** A method that we do not have: RFC 9110, 9.1. */
function refuseProxying(socket: Duplex) {
  socket.on('error', () => {}); // it may leave while we speak
  const fields = 'Connection: close\r\nContent-Length: 0';
  socket.end(`HTTP/1.1 501 Not Implemented\r\n${fields}\r\n\r\n`);
}

/** The status that a handshake is refused with, if it is. */
function refusal(request: Http2ServerRequest, origins: readonly string[]) {
  const { url, headers } = request;
  if (isTooLarge(request)) return 431;
  if (headers[':protocol'] !== 'websocket') return 501; // no proxy
  if (url !== '/loudspeaker') return 404;
  if (headers['sec-websocket-version'] !== '13') return 400;

  // Any page of the Web may try, and the browser says which one it is. It is
  // compared with our own list, not with `:authority`, which the client chose.
  const { origin } = headers;
  return origin === undefined || origins.includes(origin) ? undefined : 403;
}
