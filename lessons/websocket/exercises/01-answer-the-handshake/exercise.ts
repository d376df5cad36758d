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
  /** Bytes that came in the same read, behind the request. */
  head: Buffer;
  /** Whose pages are ours: scheme, host and port, as browsers say them. */
  origins: string[];
}

/** Answers, and lets both sides talk; or refuses. */
export function answer({ request, socket }: Handshake) {
  const key = request.headers['sec-websocket-key'];
  // TODO: prove that you understood, refuse strangers, lose nothing.
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\n' +
      'Upgrade: websocket\r\n' +
      'Connection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${key}\r\n\r\n`,
  );
  talk(socket);
}

// ---- From here on nothing is broken ----

/** Says each text back that it hears. */
export function talk(socket: Duplex) {
  let bytes: Uint8Array = new Uint8Array();
  socket.on('error', () => {}); // it may leave while we speak
  socket.on('data', (read: Buffer) => {
    bytes = Buffer.concat([bytes, read]);
    for (let next = decodeFrame(bytes); next; next = decodeFrame(bytes)) {
      bytes = bytes.subarray(next.end);
      const { opcode, payload } = next.frame;
      const isGoodbye = opcode === opcodes.close;
      if (opcode === opcodes.text || isGoodbye)
        socket.write(encodeFrame({ final: true, opcode, payload }));
      if (isGoodbye) socket.end();
    }
  });
}

/** A page without words, and a WebSocket. */
export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => answer({ ...handshake, origins }));

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
