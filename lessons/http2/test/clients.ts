/** Clients that the tests look through. */
import { once } from 'node:events';
import {
  connect,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { decodeFrame, encodeFrame, preface, type Frame } from '../frame.ts';

const ours = { host: '127.0.0.1', rejectUnauthorized: false };

/** A connection with TLS on which HTTP/2 was agreed. */
async function encrypted(port: number): Promise<TLSSocket> {
  const socket = connectTls({ ...ours, port, ALPNProtocols: ['h2'] });
  socket.on('error', () => {}); // a reset is one of the ways to be closed
  await once(socket, 'secureConnect');
  return socket;
}

/** A client of which a test says, and sees, every frame. */
export async function frameClient(port: number) {
  const socket = await encrypted(port);
  let rest = new Uint8Array();
  let wake = () => {};
  const frames: Frame[] = [];
  const closed = new Promise<void>((resolve) =>
    socket.on('close', () => {
      resolve();
      wake();
    }),
  );
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const read = decodeFrame(rest);
      if (!read) break;
      frames.push(read.frame);
      rest = rest.subarray(read.end);
    }
    wake();
  });
  return {
    socket,
    frames,
    closed,
    send: (frame: Parameters<typeof encodeFrame>[0]) =>
      socket.write(encodeFrame(frame)),
    /** Preface, and settings that say nothing. */
    greet() {
      socket.write(preface);
      this.send({ type: 'SETTINGS', flags: 0, stream: 0, payload: none });
    },
    /** Waits for a frame; fails when the connection ends before. */
    async until(fits: (frame: Frame) => boolean): Promise<Frame> {
      for (;;) {
        const frame = frames.find(fits);
        if (frame) return frame;
        if (socket.destroyed)
          throw new Error(`It ended. Frames: ${JSON.stringify(frames)}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

export const none = new Uint8Array();

/** A header block for a GET, HPACK without a table: RFC 7541, 6.2.2. */
export function get(path: string, more: [string, string][] = []) {
  const literal = ([name, value]: [string, string]) => [
    0x00,
    ...text(name),
    ...text(value),
  ];
  const text = (of: string) => [of.length, ...Buffer.from(of)];
  // From the static table: `:method GET`, `:scheme https`, `:authority`.
  return Uint8Array.from([
    0x82,
    0x87,
    0x01,
    ...text('board'),
    0x04,
    ...text(path),
    ...more.flatMap(literal),
  ]);
}

/** Opens a stream with a GET and nothing more to say. */
export const request = (stream: number, block: Uint8Array) =>
  ({ type: 'HEADERS', flags: 0x5, stream, payload: block }) as const;

/** Node's client; with the bytes of both directions, as TLS carries them. */
export async function nodeClient(port: number) {
  const socket = await encrypted(port);
  const sent: Buffer[] = [];
  const received: Buffer[] = [];
  const between = new Duplex({
    read: () => socket.resume(),
    write(bytes: Buffer, _encoding, done) {
      sent.push(bytes);
      socket.write(bytes, done);
    },
    final: (done) => socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (bytes: Buffer) => {
    received.push(bytes);
    if (!between.push(bytes)) socket.pause();
  });
  socket.on('close', () => between.destroy());
  const session = connect('https://board', {
    createConnection: () => between as Socket,
  });
  session.on('error', () => {}); // the test looks at what came of it
  return {
    session,
    sent: () => framesOf(Buffer.concat(sent).subarray(preface.length)),
    received: () => framesOf(Buffer.concat(received)),
  };
}

function framesOf(bytes: Buffer) {
  const frames: Frame[] = [];
  let at = 0;
  for (;;) {
    const read = decodeFrame(bytes.subarray(at));
    if (!read) return frames;
    frames.push(read.frame);
    at += read.end;
  }
}

export interface WholeResponse {
  headers: IncomingHttpHeaders & { ':status'?: number };
  text: string;
  /** The code of RST_STREAM, or 0. */
  code: number;
}

/** Sends a request, and waits for the end of its response, or of its stream. */
export async function ask(
  session: ClientHttp2Session,
  headers: Record<string, string>,
  body?: string,
): Promise<WholeResponse> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  const response: WholeResponse = { headers: {}, text: '', code: 0 };
  stream.setEncoding('utf8');
  stream.on('response', (head) => (response.headers = head));
  stream.on('data', (text: string) => (response.text += text));
  stream.on('error', () => {}); // `code` says it
  await new Promise((done) => stream.on('close', done));
  return { ...response, code: stream.rstCode ?? 0 };
}
