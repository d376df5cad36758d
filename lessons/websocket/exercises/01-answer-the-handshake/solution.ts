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
  /** Bytes that came in the same read, behind the request. */
  head: Buffer;
  /** Whose pages are ours: scheme, host and port, as browsers say them. */
  origins: string[];
}

const fixed = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 1.3

/** Answers, and lets both sides talk; or refuses. */
export function answer({ request, socket, head, origins }: Handshake) {
  const { origin } = request.headers;

  // Why before the 101: a client that got one is connected, with its cookies.
  // Why whole origins: a stranger chooses how the name of its own site begins.
  // Why a list: a page that has led its name to us has that name in Host, too.
  if (origin !== undefined && !origins.includes(origin)) {
    socket.on('error', () => {}); // it may leave while we speak
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }

  letIn({ request, socket, head });
}

/** Proves that it understood, and lets both sides talk. */
export function letIn({ request, socket, head }: Omit<Handshake, 'origins'>) {
  const key = request.headers['sec-websocket-key'];

  // Why the text of the key, not its bytes: so no side needs to decode it.
  const accept = createHash('sha1').update(`${key}${fixed}`).digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\n' +
      'Upgrade: websocket\r\n' +
      'Connection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );

  // Why put back: Node read up to here for HTTP. What lies behind the empty
  // line is the first that the other side has to say.
  socket.unshift(head);
  talk(socket);
}

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
