/** Frames that RFC 6455 forbids, held against `ws` as client and as server. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { http1Decoder } from '../../http1/decoder.ts';
import type { Direction } from '../../unit.ts';
import { bytes, decode, type Step } from '../cuts.ts';
import { answerTo } from './handshake-cases.ts';
import { problemsIn } from './judge.ts';

const KEY = '00000000';
const long = '61'.repeat(126);

type FrameCase = [title: string, frames: string, section: string];

/** As a server sends them: a client masks, with a key of zeros. */
const FRAMES: FrameCase[] = [
  ['text', '81 02 6869', ''],
  ['a ping of 125 bytes', `89 7d ${long.slice(2)}`, ''],
  ['a ping between two fragments', '01 01 61 89 00 80 01 62', ''],
  ['a close without a code', '88 00', ''],
  ['a close with a long reason', `88 7d 03e8 ${'c3a9'.repeat(61)}61`, ''],
  ['a close with a code of its own', '88 02 0fa0', ''],
  ['a pong after a close', '88 00 8a 00', ''],
  ['RSV2', 'a1 00', 'RFC 6455, 5.2'],
  ['RSV3', '91 00', 'RFC 6455, 5.2'],
  ['RSV1 without compression', 'c1 00', 'RFC 6455, 5.2'],
  ['an opcode in reserve', '83 00', 'RFC 6455, 5.2'],
  ['a control opcode in reserve', '8b 00', 'RFC 6455, 5.2'],
  ['a length whose first bit is 1', '82 7f 8000000000000001', 'RFC 6455, 5.2'],
  ['a ping in fragments', '09 00', 'RFC 6455, 5.5'],
  ['a close in fragments', '08 00', 'RFC 6455, 5.5'],
  ['a ping that is too long', `89 7e 007e ${long}`, 'RFC 6455, 5.5'],
  ['a continuation of nothing', '80 01 61', 'RFC 6455, 5.4'],
  ['a message within another', '01 01 61 81 01 62', 'RFC 6455, 5.4'],
  ['text that is not UTF-8', '81 01 ff', 'RFC 6455, 8.1'],
  ['half a character at the end', '81 01 c3', 'RFC 6455, 8.1'],
  ['a surrogate', '81 03 eda080', 'RFC 6455, 8.1'],
  ['text in fragments that is not UTF-8', '01 01 c3 80 01 61', 'RFC 6455, 8.1'],
  ['a close of one byte', '88 01 03', 'RFC 6455, 5.5.1'],
  ['a reason that is not UTF-8', '88 03 03e8 ff', 'RFC 6455, 5.5.1'],
  // 7.4.1 names single codes, 7.4.2 whole ranges.
  ...[
    ['0000', '7.4.2'],
    ['03e7', '7.4.2'],
    ['03ec', '7.4.1'],
    ['03ed', '7.4.1'],
    ['03ee', '7.4.1'],
    ['03f7', '7.4.1'],
    ['07d0', '7.4.2'],
    ['1388', '7.4.2'],
  ].map(([code, section]): FrameCase => [
    `the close code ${Number.parseInt(code!, 16)}`,
    `88 02 ${code}`,
    `RFC 6455, ${section}`,
  ]),
  // `ws` takes these two.
  ['a length that is not the shortest', '82 7e 0001 61', 'RFC 6455, 5.2'],
  ['a frame after a close', '88 00 81 00', 'RFC 6455, 5.5.1'],
];

/** The same frames as a client sends them. */
function masked(frames: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < frames.length;) {
    const short = frames[at + 1]!;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const head = at + 2 + extended;
    const length =
      extended === 2 ? (frames[at + 2]! << 8) | frames[at + 3]! : short;
    out.push(frames[at]!, short | 0x80, ...frames.slice(at + 2, head));
    out.push(0, 0, 0, 0, ...frames.slice(head, head + length));
    at = head + length;
  }
  return Uint8Array.from(out);
}

const HEAD =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n';
const REQUEST =
  'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

const ascii = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text, 'latin1'));

function hold(
  [title, , section]: FrameCase,
  from: Direction,
  frames: Uint8Array,
  refused: string | undefined,
): void {
  const steps: Step[] = [
    ['up', ascii(REQUEST)],
    ['down', ascii(answerTo(REQUEST, HEAD))],
    [from, frames],
  ];
  const problems = problemsIn(decode(http1Decoder, steps));
  if (section === '')
    expect({ title, problems, refused }).toEqual({
      title,
      problems: [],
      refused: undefined,
    });
  else
    expect({ title, problems }).toEqual({
      title,
      problems: [expect.stringMatching(`\\(${section}\\)$`)],
    });
}

test.each(FRAMES)('a server may send, or not: %s', async (...one) => {
  const frames = bytes(one[1]);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (piece: Buffer) => {
      socket.write(ascii(answerTo(piece.toString('latin1'), HEAD)));
      socket.end(frames);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`, {
    perMessageDeflate: false,
  });
  let refused: string | undefined;
  client.on('error', ({ message }) => (refused = message));
  // Not `once`, which would take the error for its own.
  await new Promise((resolve) => client.on('close', resolve));
  server.close();
  hold(one, 'down', frames, refused);
});

test.each(FRAMES)('a client may send, or not: %s', async (...one) => {
  const frames = masked(bytes(one[1]));
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  let refused: string | undefined;
  const over = new Promise<void>((resolve) =>
    server.on('connection', (socket) => {
      socket.on('error', ({ message }) => (refused = message));
      socket.on('close', () => resolve());
    }),
  );
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.write(REQUEST);
  socket.end(frames);
  await over;
  socket.destroy();
  server.close();
  hold(one, 'up', frames, refused);
});

test.each([
  ['a client without a mask', 'up', '81 00'],
  ['a server with a mask', 'down', `81 80 ${KEY}`],
] as const)('nor %s', (title, from, frames) => {
  hold([title, frames, 'RFC 6455, 5.1'], from, bytes(frames), undefined);
});
