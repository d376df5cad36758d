/** Compared with another program: `ws` reads the same frames. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import * as wsModule from 'ws';
import { WebSocket, WebSocketServer, type PerMessageDeflateOptions } from 'ws';
import { concat } from '../bytes.ts';
import { unitsOf } from '../capture.ts';
import { bytesOf, type Unit, describe as fieldsOf } from '../unit.ts';
import { webSocketDecoder } from '../websocket/decoder.ts';
import { cutInto, decode, recorded, type Step } from './cuts.ts';
import { randomCases } from './random-cases.ts';
import { portOf, startRelay } from './relay.ts';

/** What happened: a message, a control frame, or an error that ends it. */
type Happening = [what: string, value: string];

// Its types do not tell, but it is exported.
const { Receiver } = wsModule as unknown as {
  Receiver: new (options: { isServer: boolean }) => Writable;
};

/** What `ws` makes of bytes; up to its first error. */
async function byWs(
  bytes: Uint8Array,
  isServer: boolean,
): Promise<Happening[]> {
  const happened: Happening[] = [];
  const receiver = new Receiver({ isServer });
  receiver.on('message', (data: Buffer, isBinary: boolean) =>
    happened.push([isBinary ? 'binary' : 'text', data.toString('hex')]),
  );
  for (const what of ['ping', 'pong'])
    receiver.on(what, (data: Buffer) =>
      happened.push([what, data.toString('hex')]),
    );
  receiver.on('conclude', (code: number, reason: Buffer) =>
    happened.push(['close', `${code} ${reason.toString('hex')}`]),
  );
  receiver.on('error', () => happened.push(['error', '']));
  // Called when all is read, or at the first error.
  await new Promise((read) => {
    receiver.on('close', read);
    // A copy: it takes masks off in place.
    receiver.write(bytes.slice(), read);
  });
  return happened;
}

/** The payload of a unit, fragments joined, as hex. */
function payloadOf(unit: Unit, bytes: Uint8Array): string {
  let payload = '';
  for (let at = 0; at < bytes.length;) {
    const short = bytes[at + 1]! & 0x7f;
    const extended = short === 126 ? 2 : 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at);
    const length = extended ? view.getUint16(2) : short;
    const isMasked = bytes[at + 1]! & 0x80;
    const start = at + 2 + extended + (isMasked ? 4 : 0);
    const key = bytes.subarray(start - 4, start);
    for (let i = 0; i < length; i++) {
      const byte = bytes[start + i]! ^ (isMasked ? key[i & 3]! : 0);
      payload += byte.toString(16).padStart(2, '0');
    }
    at = start + length;
  }
  return unit.kind === 'websocket close' ? closeOf(payload) : payload;
}

/** As `ws` tells it: 1005 stands for no code. */
function closeOf(payload: string): string {
  if (payload === '') return '1005 ';
  return `${Number.parseInt(payload.slice(0, 4), 16)} ${payload.slice(4)}`;
}

/** What our units say happened; up to the first problem. */
function byUs(units: Unit[], bytes: Uint8Array): Happening[] {
  const happened: Happening[] = [];
  let type = '';
  for (const unit of units) {
    const what = unit.kind.slice('websocket '.length);
    if (unit.problem) return [...happened, ['error', '']];
    if (what === 'text' || what === 'binary') type = what;
    const isFragment = unit.summary.includes('fragment');
    if (what === 'continuation' || isFragment) continue;
    const value = payloadOf(unit, bytesOf(unit, bytes));
    happened.push([what === 'message' ? type : what, value]);
    if (what === 'close') return happened;
  }
  return happened;
}

interface Frame {
  first: number;
  payload: Uint8Array;
  mask: Uint8Array | undefined;
}

function bytesOfFrame({ first, payload, mask }: Frame): Uint8Array {
  const masked = mask ? 0x80 : 0;
  const { length } = payload;
  const header =
    length < 126
      ? [first, masked | length]
      : [first, masked | 126, length >> 8, length & 255];
  const covered = payload.map((byte, i) => byte ^ (mask?.[i & 3] ?? 0));
  return concat([Uint8Array.from(header), mask ?? new Uint8Array(0), covered]);
}

// Mostly what is allowed, so that most runs come to many frames.
const rightText = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .map((text) => new TextEncoder().encode(text));
const anyBytes = fc.uint8Array({ maxLength: 300 });
const close = fc
  .tuple(fc.integer({ min: 990, max: 5_010 }), rightText)
  .map(([code, text]) => concat([Uint8Array.of(code >> 8, code & 255), text]));

function frames(isMasked: boolean): fc.Arbitrary<Frame> {
  const key = fc.uint8Array({ minLength: 4, maxLength: 4 });
  const usual = isMasked ? key : fc.constant(undefined);
  const wrong = isMasked ? fc.constant(undefined) : key;
  const mask = fc.oneof(
    { weight: 60, arbitrary: usual },
    { weight: 1, arbitrary: wrong },
  );
  const of = (first: number, payload: fc.Arbitrary<Uint8Array>) =>
    fc.record({ first: fc.constant(first), payload, mask });
  return fc.oneof(
    { weight: 12, arbitrary: of(0x81, rightText) },
    { weight: 6, arbitrary: of(0x82, anyBytes) },
    { weight: 8, arbitrary: of(0x02, anyBytes) },
    { weight: 8, arbitrary: of(0x00, anyBytes) },
    { weight: 8, arbitrary: of(0x80, anyBytes) },
    { weight: 4, arbitrary: of(0x89, rightText) },
    { weight: 4, arbitrary: of(0x8a, fc.uint8Array({ maxLength: 125 })) },
    { weight: 1, arbitrary: of(0x81, anyBytes) },
    { weight: 1, arbitrary: of(0x88, close) },
    {
      weight: 1,
      arbitrary: fc.record({
        first: fc.integer({ min: 0, max: 255 }).filter((first) => first !== 1),
        payload: anyBytes,
        mask,
      }),
    },
  );
}

describe('ws reads the same', () => {
  test.each(['up', 'down'] as const)(
    'in frames that go %s',
    async (direction) => {
      const list = fc.array(frames(direction === 'up'), { maxLength: 12 });
      const numRuns = randomCases(600);
      let happenings = 0;
      await fc.assert(
        fc.asyncProperty(list, async (all) => {
          const bytes = concat(all.map(bytesOfFrame));
          const steps: Step[] = [[direction, bytes]];
          // Without the end: `ws` does not know of it either.
          const decoder = webSocketDecoder();
          const units = cutInto(steps, [5, 1, 100]).flatMap(([side, piece]) =>
            decoder.feed(side, piece),
          );
          const wanted = await byWs(bytes, direction === 'up');
          expect(byUs(units, bytes)).toEqual(wanted);
          happenings += wanted.length;
        }),
        { numRuns },
      );
      expect(happenings).toBeGreaterThan(numRuns / 2);
    },
  );

  const options: [string, PerMessageDeflateOptions][] = [
    ['with context takeover', {}],
    [
      'without context takeover',
      { serverNoContextTakeover: true, clientNoContextTakeover: true },
    ],
    [
      'with a window of 512 bytes',
      { serverMaxWindowBits: 9, clientMaxWindowBits: 9 },
    ],
  ];
  test.each(options)('in compressed messages, %s', async (_, deflate) => {
    const server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      perMessageDeflate: { ...deflate, threshold: 0 },
    });
    server.on('connection', (socket) =>
      socket.on('message', (data, binary) => socket.send(data, { binary })),
    );
    await once(server, 'listening');
    const relay = await startRelay(portOf(server));
    const client = new WebSocket(`ws://127.0.0.1:${relay.port}`, {
      perMessageDeflate: { ...deflate, threshold: 0 },
    });
    await once(client, 'open');
    const sent = fc.sample(fc.string({ unit: 'grapheme', maxLength: 200 }), 16);
    for (const [i, text] of sent.entries()) {
      // One in two comes in two fragments.
      const characters = [...text];
      const head = characters.slice(0, 5).join('');
      if (i % 2) client.send(head, { fin: false });
      client.send(i % 2 ? characters.slice(5).join('') : text);
      await once(client, 'message');
    }
    client.close();
    await once(client, 'close');
    await relay.close();
    server.close();
    const [connection] = relay.connections;
    const steps = connection!.reads.map(({ direction, bytes }): Step => [
      direction,
      bytes,
    ]);
    const whole = recorded(steps);
    const units = unitsOf(connection!);
    expect(units.filter(({ problem }) => problem)).toEqual([]);
    for (const direction of ['up', 'down'] as const) {
      const texts = units
        .filter((unit) => unit.direction === direction)
        .filter(({ kind, summary }) =>
          kind === 'websocket text'
            ? !summary.includes('fragment')
            : kind === 'websocket message',
        )
        .map(
          (unit) =>
            fieldsOf(unit, bytesOf(unit, whole[direction])).at(-1)!.value,
        );
      expect(texts).toEqual(sent);
    }
  });
});

test('decode and ws agree that a close frame ends all', async () => {
  const bytes = Uint8Array.of(0x88, 0, 0x81, 0);
  const units = decode(webSocketDecoder, [['down', bytes]]);
  expect(byUs(units, bytes)).toEqual(await byWs(bytes, false));
});
