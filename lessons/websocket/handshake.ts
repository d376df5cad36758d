/**
 * Before the first frame: who gets a connection. RFC 6455, 4.2.
 *
 * What is refused here gets an HTTP status code. Afterwards there is only a
 * close code, and of a refusal the page learns no more than "1006".
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Tickets } from './tickets.ts';

/** What both sides speak: the messages of messages.ts, first version. */
export const protocol = 'board.v1';

const closeTimeoutMs = 300; // for close frames in return, when we end

/** @param largest bytes of one message; with one more it is closed, 1009 */
export function createSockets(largest: number, deflate: boolean) {
  return new WebSocketServer({
    noServer: true,
    maxPayload: largest,
    perMessageDeflate: deflate,
    handleProtocols: () => protocol,
  });
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
) {
  return (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const reason = refusalOf(request, tickets, origins);
    if (reason) return refuse(socket, ...reason);
    request.headers.upgrade = 'websocket'; // of a list `ws` would take none
    sockets.handleUpgrade(request, socket, head, (client) => {
      // What breaks the protocol, `ws` closes with the code that says so.
      client.on('error', () => {});
      sockets.emit('connection', client, request);
    });
  };
}

function refuse(socket: Duplex, status: string, text: string) {
  socket.on('error', () => {}); // it may reset the connection meanwhile
  socket.end(
    `HTTP/1.1 ${status}\r\n` +
      'Connection: close\r\n' +
      'Content-Type: text/plain; charset=utf-8\r\n' +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

/** Status code and text of a refusal, if there must be one. */
function refusalOf(
  request: IncomingMessage,
  tickets: Tickets,
  origins: readonly string[],
): [status: string, text: string] | undefined {
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
  const offered = headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
  if (!offered.includes(protocol)) {
    return ['400 Bad Request', `Expected the protocol ${protocol}.`];
  }

  // A ticket, if there is one, must be good. Looking at it uses it up.
  const { ticket } = readQuery(request);
  if (ticket !== null && !tickets.take(ticket)) {
    return ['401 Unauthorized', 'This ticket was used, or is too old.'];
  }
  return undefined;
}

/** Tells every client that the server is going away: RFC 6455, 7.4.1. */
export async function closeAll({ clients }: WebSocketServer) {
  const gone = [...clients].map((client) => {
    client.close(1001, 'the server is going away');
    return once(client, 'close');
  });
  // Most return the close frame at once. For the others we wait only so long.
  const timer = setTimeout(() => {
    for (const client of clients) client.terminate();
  }, closeTimeoutMs);
  await Promise.all(gone);
  clearTimeout(timer);
}
