/** The lesson's server, and the clients that the tests look through. */
import { once } from 'node:events';
import { createFeed, type News } from '@on-the-wire/shared/board/feed.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { WebSocket } from 'ws';
import { decodeFrame } from '../frame.ts';
import { createServer } from '../server.ts';

export const closing = closingAfterEach();

/** Starts the lesson with a feed that moves only when the test says so. */
export async function start(options: Parameters<typeof createServer>[0] = {}) {
  const feed = createFeed({ rate: 'night' });
  feed.close(); // stops its clock: `next()` alone moves it
  const lesson = createServer({ feed, ...options });
  closing.push(lesson.close);
  return { feed, ...lesson, ...(await listen(lesson.server)) };
}

/** What a browser would say, with the key of RFC 6455, 1.3. */
const handshake = {
  Host: 'board',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Protocol': 'board.v1',
};

/** The bytes of a handshake; a header without a value is left out. */
export const ask = (
  headers: Record<string, string> = {},
  first = 'GET /track?after=',
) =>
  [
    `${first} HTTP/1.1`,
    ...Object.entries({ ...handshake, ...headers })
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ].join('\r\n');

/** Bytes as the raw client has them: each is one character. */
export const latin1 = (bytes: Uint8Array) =>
  Buffer.from(bytes).toString('latin1');

/** The frames after the headers of the response. */
export function framesOf(received: string) {
  const bytes = Buffer.from(
    received.split('\r\n\r\n').slice(1).join('\r\n\r\n'),
    'latin1',
  );
  let rest = new Uint8Array(bytes);
  const frames: {
    opcode: number;
    text: string;
    bytes: number[];
    /** RSV1: RFC 7692, 6. */
    isCompressed: boolean;
  }[] = [];
  for (;;) {
    const read = decodeFrame(rest);
    if (!read) return frames;
    const { opcode, payload } = read.frame;
    frames.push({
      opcode,
      text: Buffer.from(payload).toString(),
      bytes: [...payload],
      isCompressed: (rest[0]! & 0x40) !== 0,
    });
    rest = rest.slice(read.end);
  }
}

/** A client as other programs have it: what it was told, and its end. */
export async function openClient(port: number, after = '', options = {}) {
  const socket = new WebSocket(
    `ws://127.0.0.1:${port}/track?after=${after}`,
    'board.v1',
    options,
  );
  const texts: (News | { kind: string; [name: string]: unknown })[] = [];
  const places: number[][] = [];
  const numbers: number[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) return places.push([...data]);
    const told = JSON.parse(String(data));
    texts.push(told);
    if (told.kind === 'departure' || told.kind === 'announcement')
      numbers.push(told.data.n);
  });
  const closed = once(socket, 'close').then(([code, reason]) => [
    code,
    String(reason),
  ]);
  socket.on('error', () => {});
  closing.push(() => socket.terminate());
  await once(socket, 'open');
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await once(socket, 'message');
  };
  return { socket, texts, places, numbers: () => numbers, closed, until };
}
