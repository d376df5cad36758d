import { describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { WebSocketServer } from 'ws';
import { decodeFrame, encodeFrame, opcodes, type Frame } from '../frame.ts';

const bytes = (hex: string) =>
  new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const text = (words: string) => new TextEncoder().encode(words);
const mask = bytes('37fa213d');

const frameOf = (
  opcode: keyof typeof opcodes,
  payload: Uint8Array,
  more: Partial<Frame> = {},
): Frame => ({ final: true, opcode: opcodes[opcode], payload, ...more });
const hello = text('Hello');

// RFC 6455, 5.7, and the three ways to write a length.
const table: [what: string, frame: Frame, hex: string][] = [
  ['a text', frameOf('text', hello), '81 05 48656c6c6f'],
  [
    'a masked text',
    frameOf('text', hello, { mask }),
    '81 85 37fa213d 7f9f4d5158',
  ],
  [
    'the first fragment',
    frameOf('text', text('Hel'), { final: false }),
    '01 03 48656c',
  ],
  ['the last fragment', frameOf('continuation', text('lo')), '80 02 6c6f'],
  ['a ping', frameOf('ping', hello), '89 05 48656c6c6f'],
  [
    'a masked pong',
    frameOf('pong', hello, { mask }),
    '8a 85 37fa213d 7f9f4d5158',
  ],
  ['a close with its code', frameOf('close', bytes('03e8')), '88 02 03e8'],
  ['nothing', frameOf('binary', bytes('')), '82 00'],
  ...(
    [
      [125, '7d'],
      [256, '7e 0100'],
      [65_536, '7f 0000000000010000'],
    ] as const
  ).map(([size, length]): [string, Frame, string] => [
    `${size} bytes`,
    frameOf('binary', new Uint8Array(size)),
    `82 ${length} ${'00'.repeat(size)}`,
  ]),
];

describe('a frame is these bytes, both ways', () => {
  test.each(table)('%s', (_what, frame, hex) => {
    const whole = bytes(hex);
    expect(Buffer.from(encodeFrame(frame)).equals(whole)).toBe(true);
    expect(decodeFrame(whole)).toEqual({ frame, end: whole.length });
  });

  test('and is not one until the last byte has come', () => {
    for (const [, frame, hex] of table) {
      const whole = bytes(hex);
      const ends =
        whole.length > 1000 ? [0, 1, 2, 3, 9, 10, 1000] : whole.keys();
      for (const end of ends)
        expect(decodeFrame(whole.subarray(0, end))).toBeUndefined();
      const glued = Uint8Array.of(...bytes('8900'), ...whole.slice(0, 300));
      expect(decodeFrame(glued)?.end).toBe(2);
      expect(frame.opcode).toBeLessThan(16);
    }
  });
});

/** Frames as a client sends them, of every length and in every opcode. */
function randomMessages(count: number): { binary: boolean; data: Buffer }[] {
  return Array.from({ length: count }, (_, n) => {
    const sizes = [0, 1, 125, 126, 65_535, 65_536, 70_000];
    const size = sizes[n] ?? Math.floor(2 ** (Math.random() * 17));
    const binary = n % 2 === 0;
    const data = randomBytes(size);
    // ASCII, so that it is UTF-8.
    if (!binary) for (const at of data.keys()) data[at]! &= 0x7f;
    return { binary, data };
  });
}

test('ws understands ours, and we understand its', async () => {
  const messages = randomMessages(42);
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  const heard: { binary: boolean; data: Buffer }[] = [];
  sockets.on('connection', (client) => {
    client.on('message', (data: Buffer, binary) => {
      heard.push({ binary, data });
      client.send(data, { binary });
    });
  });
  const { port } = await listen(server);
  // A client whose frames are ours.
  const client = await rawClient(port);
  client.send(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n' +
      'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const start = (await client.until('\r\n\r\n')).length;
  for (const { binary, data } of messages) {
    const opcode = binary ? opcodes.binary : opcodes.text;
    const key = new Uint8Array(randomBytes(4));
    const half = data.length >> 1;
    // Each in two fragments, with a pong between.
    client.socket.write(
      Buffer.concat([
        encodeFrame({
          final: false,
          opcode,
          payload: data.subarray(0, half),
          mask: key,
        }),
        encodeFrame({
          final: true,
          opcode: opcodes.pong,
          payload: text('by the way'),
          mask: key,
        }),
        encodeFrame({
          final: true,
          opcode: opcodes.continuation,
          payload: data.subarray(half),
          mask: key,
        }),
      ]),
    );
  }
  let rest = new Uint8Array();
  let taken = start;
  const back: { binary: boolean; data: Buffer }[] = [];
  while (back.length < messages.length) {
    const more = Buffer.from(client.received.slice(taken), 'latin1');
    taken += more.length;
    rest = Uint8Array.from(Buffer.concat([rest, more]));
    for (;;) {
      const read = decodeFrame(rest);
      if (!read) break;
      rest = rest.slice(read.end);
      const { opcode, payload, mask: none } = read.frame;
      expect(none).toBeUndefined();
      back.push({
        binary: opcode === opcodes.binary,
        data: Buffer.from(payload),
      });
    }
    if (back.length < messages.length) await once(client.socket, 'data');
  }
  expect(heard.length).toBe(messages.length);
  for (const [n, { binary, data }] of messages.entries()) {
    expect([heard[n]!.binary, heard[n]!.data.equals(data)]).toEqual([
      binary,
      true,
    ]);
    expect([back[n]!.binary, back[n]!.data.equals(data)]).toEqual([
      binary,
      true,
    ]);
  }
  client.socket.destroy();
  sockets.close();
  await new Promise((done) => server.close(done));
});
