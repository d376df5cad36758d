/**
 * From reads to messages: RFC 6455, 5.2 to 5.5.
 * Broken on purpose: see README.md.
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
  return (read: Uint8Array) => {
    // TODO: this is right only for one short frame in a read of its own.
    const opcode = read[0]! & 0x0f;
    const length = read[1]! & 0x7f;
    const mask = read.subarray(2, 6);
    const payload = unmask(read.subarray(6, 6 + length), mask);
    if (opcode >= opcodes.close) control(opcode, payload);
    else if (opcode === opcodes.binary) hear(payload);
    else hear(new TextDecoder().decode(payload));
  };
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
