/**
 * Before the first frame: who gets a connection. RFC 6455, 4.2.
 *
 * What is refused here gets an HTTP status code. Afterwards there is only a
 * close code, and of a refusal the page learns no more than "1006".
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Drain } from '@on-the-wire/shared/page/drain.ts';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Tickets } from './tickets.ts';

/** What both sides speak: the messages of messages.ts, first version. */
export const protocol = 'board.v1';

/** A version of it, of any age: `board.v0`, `board.v17`. */
const anyVersion = /^board\.v\d+$/;

/** Our own code (RFC 6455, 7.4.2), after HTTP's 426: the page must be newer. */
export const reload = 4426;

/** @param largest bytes of one message; with one more it is closed, 1009 */
export function createSockets(largest: number, deflate: boolean) {
  return new WebSocketServer({
    noServer: true,
    maxPayload: largest,
    perMessageDeflate: deflate,
    handleProtocols: pick,
  });
}

/** Our version if it is offered; else one that is known by name alone. */
function pick(offered: Set<string>): string | false {
  if (offered.has(protocol)) return protocol;
  return [...offered].find((name) => anyVersion.test(name)) ?? false;
}

/** What a handshake says in its URL, as a page can add no header. */
export function readQuery({ url }: IncomingMessage) {
  const { searchParams } = new URL(url ?? '', 'ws://board');
  const after = searchParams.get('after') ?? '';
  return { after, ticket: searchParams.get('ticket') };
}

/**
 * Takes each handshake: refuses it, or makes a connection of it.
 *
 * @param origins of pages that may connect: scheme, host and port
 */
export function letIn(
  sockets: WebSocketServer,
  tickets: Tickets,
  origins: readonly string[],
  drain: Drain,
) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const reason = drain.isDraining
      ? going
      : refusalOf(request, tickets, origins);
    if (reason) return refuse(socket, ...reason);
    request.headers.upgrade = 'websocket'; // of a list `ws` would take none
    sockets.handleUpgrade(request, socket, head, (client) => {
      // What breaks the protocol, `ws` closes with the code that says so.
      client.on('error', () => {});
      if (client.protocol !== protocol) return sendBack(client, drain);
      sockets.emit('connection', client, request);
    });
  };
}

/** For one that comes on a connection from before: the port is closed. */
const going: Refusal = [
  '503 Service Unavailable',
  'This server is about to end.',
];

type Refusal = [status: string, text: string];

function refuse(socket: Duplex, status: string, text: string) {
  socket.on('error', () => {}); // it may reset the connection meanwhile
  socket.end(
    `HTTP/1.1 ${status}\r\n` +
      'Connection: close\r\n' +
      'Content-Type: text/plain; charset=utf-8\r\n' +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    // Node does not close it any more: a client that stays would hold us up.
    () => socket.destroy(),
  );
}

/** Status code and text of a refusal, if there must be one. */
function refusalOf(
  request: IncomingMessage,
  tickets: Tickets,
  origins: readonly string[],
): Refusal | undefined {
  const { url = '', headers } = request;
  const { origin } = headers;
  if (!/^\/track(\?|$)/.test(url)) {
    return ['404 Not Found', 'The WebSocket is at /track.'];
  }

  // Any page of the Web may open a WebSocket to us, and the browser may add the
  // cookies of its reader. CORS does not apply: the server must look where the
  // page comes from, in a list of its own, as the caller chooses the `Host`.
  if (origin !== undefined && !origins.includes(origin)) {
    return ['403 Forbidden', `No WebSocket for pages of ${origin}.`];
  }

  // A client that speaks another protocol, or none, would not understand us.
  // Another version of ours is let in, to be told so: see `sendBack`.
  const offered = headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
  if (!offered.some((name) => anyVersion.test(name))) {
    return ['400 Bad Request', `Expected the protocol ${protocol}.`];
  }

  // A ticket, if there is one, must be good. Looking at it uses it up.
  const { ticket } = readQuery(request);
  if (ticket !== null && !tickets.take(ticket)) {
    return ['401 Unauthorized', 'This ticket was used, or is too old.'];
  }
  return undefined;
}

/**
 * Tells a page of another version to reload. Of a handshake that is refused it
 * would get only 1006, like from a server that is down, and reconnect for ever.
 * So we take the version that it offers, and use it for the close frame alone:
 * without one, a browser fails the connection.
 */
function sendBack(client: WebSocket, drain: Drain) {
  endIn(drain, client); // for one that returns no close frame
  client.close(reload, `This server speaks ${protocol}: reload the page`);
}

/**
 * Tells a client that the server is going away, when it is its turn in the
 * drain: RFC 6455, 7.4.1. A page that knows it may reconnect later.
 */
export function endIn(drain: Drain, client: WebSocket) {
  const end = () => client.close(1001, 'the server is going away');
  // Most return the close frame at once. For the others we wait 300 ms.
  drain.hold(client, end, () => client.terminate());
}
