/**
 * The handshake, by hand: RFC 6455, 4.2.
 */
import { createHash } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingMessage,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { wantsWebSocket } from '@on-the-wire/shared/page/upgrade.ts';
import { decodeFrame, encodeFrame, opcodes } from '../../frame.ts';

/** A request for a WebSocket, and the connection that it came on. */
export interface Handshake {
  request: IncomingMessage;
  socket: Duplex;
  /** Bytes that came in the same read, after the request. */
  head: Buffer;
  /** The origins of our pages, as browsers send them. */
  origins: string[];
}

const fixed = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 1.3

/** Accepts the handshake, and lets both sides talk; or refuses it. */
export function respond({ request, socket, head, origins }: Handshake) {
  const { origin } = request.headers;

  // Why before the 101: a client that got one is connected, with its cookies.
  // Why whole origins: another site chooses how its domain begins and ends, and
  // over http:// anybody on the way can forge a page.
  // Why a list: a page whose domain points to us has that domain in Host, too.
  if (origin !== undefined && !origins.includes(origin)) {
    socket.on('error', () => {}); // it may be reset meanwhile
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }

  letIn({ request, socket, head });
}

/** Proves that we understood, and lets both sides talk. */
export function letIn({ request, socket, head }: Omit<Handshake, 'origins'>) {
  const key = request.headers['sec-websocket-key'];

  // Why the text of the key, not its bytes: so neither side has to decode it.
  const accept = createHash('sha1').update(`${key}${fixed}`).digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\n' +
      'Upgrade: websocket\r\n' +
      'Connection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );

  // Why put back: Node read this as part of HTTP. What comes after the empty
  // line is the first that the other side sends.
  socket.unshift(head);
  talk(socket);
}

/** Sends each text back that it receives. */
export function talk(socket: Duplex) {
  let bytes: Uint8Array = new Uint8Array();
  socket.on('error', () => {}); // it may be reset meanwhile
  socket.on('data', (read: Buffer) => {
    bytes = Buffer.concat([bytes, read]);
    for (let next = decodeFrame(bytes); next; next = decodeFrame(bytes)) {
      bytes = bytes.subarray(next.end);
      const { opcode, payload } = next.frame;
      const isClose = opcode === opcodes.close;
      if (opcode === opcodes.text || isClose)
        socket.write(encodeFrame({ final: true, opcode, payload }));
      if (isClose) socket.end();
    }
  });
}

/** An empty page, and a WebSocket. */
export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => respond({ ...handshake, origins }));

export function serve(
  handle: (handshake: Omit<Handshake, 'origins'>) => void,
): Lesson {
  const server = createHttpServer(
    { shouldUpgradeCallback: wantsWebSocket },
    (_request, response) => response.end(),
  );
  const sockets = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    handle({ request, socket, head });
  });
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
