/**
 * From reads to messages: RFC 6455, 5.2 to 5.5.
 */
import { createHash } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { encodeFrame, opcodes } from '../../frame.ts';

/** What a reader calls. */
export interface Listener {
  /** Gets each message when it is complete: a text, or bytes. */
  hear: (message: string | Uint8Array) => void;
  /** Gets each ping, pong and close, at once. */
  control: (opcode: number, payload: Uint8Array) => void;
}

/** Returns a function to call with each read of a client's connection. */
export function createReader({ hear, control }: Listener) {
  // Why two buffers: one has bytes of an incomplete frame, the other fragments
  // of an incomplete message. They end at different places.
  let bytes: Uint8Array = new Uint8Array();
  let fragments: Uint8Array[] = [];
  let kind = 0;

  return (read: Uint8Array) => {
    bytes = Buffer.concat([bytes, read]);
    // Why a loop: several frames may have come in one read.
    for (let next = firstFrame(bytes); next; next = firstFrame(bytes)) {
      bytes = bytes.subarray(next.end);
      const { final, opcode, payload } = next;

      // Why first: a control frame may come between two fragments, and belongs
      // to neither.
      if (opcode >= opcodes.close) {
        control(opcode, payload);
        continue;
      }
      // Why kept: all later fragments only say "continuation".
      if (opcode !== opcodes.continuation) kind = opcode;
      fragments.push(payload);
      if (!final) continue;

      // Why joined before decoding: a character has up to four bytes, and a
      // fragment may end between them.
      const message = Buffer.concat(fragments);
      fragments = [];
      hear(kind === opcodes.text ? message.toString() : message);
    }
  };
}

/** The frame that the bytes begin with; undefined if it is incomplete. */
function firstFrame(bytes: Uint8Array) {
  if (bytes.length < 2) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const short = bytes[1]! & 0x7f;

  // Why three forms: most messages are short, and need no long length. 126 and
  // 127 are no lengths, but say in how many bytes the length follows.
  let start = 2;
  if (short === 126) start = 4;
  if (short === 127) start = 10;
  if (bytes.length < start + 4) return undefined;
  let length = short;
  if (short === 126) length = view.getUint16(2);
  if (short === 127) length = Number(view.getBigUint64(2));

  // Why only when it is complete: the mask starts at the payload's first byte,
  // not at that of a read.
  const end = start + 4 + length;
  if (bytes.length < end) return undefined;
  const mask = bytes.subarray(start, start + 4);
  const payload = unmask(bytes.subarray(start + 4, end), mask);
  return { final: bytes[0]! >= 0x80, opcode: bytes[0]! & 0x0f, payload, end };
}

/** Combines each byte with the next of the four, by XOR: RFC 6455, 5.3. */
export function unmask(payload: Uint8Array, mask: Uint8Array) {
  return payload.map((byte, index) => byte ^ mask[index % 4]!);
}

// ---- From here on nothing is broken ----

/** Sends each message back, and a pong for each ping. */
export const createServer = () => serve(createReader);

export function serve(makeReader: typeof createReader): Lesson {
  const server = createHttpServer();
  const sockets = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    const fixed = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 1.3
    const key = `${request.headers['sec-websocket-key']}${fixed}`;
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\n' +
        'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' +
        `${createHash('sha1').update(key).digest('base64')}\r\n\r\n`,
    );
    const send = (opcode: number, payload: Uint8Array) =>
      socket.write(encodeFrame({ final: true, opcode, payload }));
    const read = makeReader({
      hear: (message) =>
        typeof message === 'string'
          ? send(opcodes.text, Buffer.from(message))
          : send(opcodes.binary, message),
      control(opcode, payload) {
        if (opcode === opcodes.ping) send(opcodes.pong, payload);
        if (opcode === opcodes.close) send(opcode, payload);
      },
    });
    socket.unshift(head);
    socket.on('data', read);
  });
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
