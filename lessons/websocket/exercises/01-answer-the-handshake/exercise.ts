/**
 * The handshake, by hand: RFC 6455, 4.2.
 * Broken on purpose: see README.md.
 */
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

/** Accepts the handshake, and lets both sides talk; or refuses it. */
export function respond({ request, socket }: Handshake) {
  const key = request.headers['sec-websocket-key'];
  // TODO: prove that you understood, refuse other origins, lose nothing.
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\n' +
      'Upgrade: websocket\r\n' +
      'Connection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${key}\r\n\r\n`,
  );
  talk(socket);
}

// ---- From here on nothing is broken ----

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
