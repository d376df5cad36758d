/**
 * Every byte belongs to exactly one unit of layer 0, whatever the bytes are,
 * and wherever the connection ends.
 */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeConnection } from '../connection.ts';
import { http1Decoder } from '../http1/decoder.ts';
import { http2Decoder, PREFACE } from '../http2/decoder.ts';
import { HELD_LIMIT } from '../limits.ts';
import { mqttDecoder } from '../mqtt/decoder.ts';
import type { ConnectionDecoder, Direction } from '../unit.ts';
import { webSocketDecoder } from '../websocket/decoder.ts';
import { expectCover } from './cover.ts';
import { bytes, decode, lineOf, text, type Step } from './cuts.ts';
import { edit, edited } from './damage.ts';
import { fixedCases } from './random-cases.ts';
import { VECTORS } from './vectors/all.ts';

describe('Bytes that wait for the other side are told:', () => {
  test('a header section that is not complete when the connection is taken over', () => {
    const steps: Step[] = [
      ['up', text('GET ')],
      ['down', text('HTTP/1.1 101\r\n\r\n')],
      ['up', text('abc')],
    ];
    const units = decode(http1Decoder, steps);
    expectCover(units, steps);
    expect(units.map(({ kind }) => kind)).toEqual([
      'http/1.1 response headers',
      'bytes',
    ]);
  });

  test('a body that is not complete when the connection is taken over', () => {
    const steps: Step[] = [
      ['up', text('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab')],
      [
        'down',
        text('HTTP/1.1 101 \r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      ],
      ['up', text('cdef')],
    ];
    const units = decode(http1Decoder, steps);
    expectCover(units, steps);
    expect(units.filter((u) => u.direction === 'up').map(lineOf)).toEqual([
      'up 0+47 [http/1.1 request headers] POST /: request line and headers, 47 bytes',
      'up 47+4 [body] body: 4 bytes',
      'up 51+2 [bytes] bytes: 2 bytes, not decoded',
    ]);
  });

  test('two tunnels without a response', () => {
    const steps: Step[] = [
      [
        'up',
        text(
          'CONNECT c HTTP/1.1\r\nHost: c\r\n\r\nCONNECT l HTTP/1.1\r\nHost: l\r\n\r\n2',
        ),
      ],
    ];
    const units = decode(http1Decoder, steps);
    expectCover(units, steps);
    expect(units.map(({ kind }) => kind)).toEqual([
      'http/1.1 request headers',
      'http/1.1 request headers',
      'malformed',
    ]);
  });

  test('many tunnels, each with its response, in time that does not grow with their square', () => {
    const asked = 'CONNECT c HTTP/1.1\r\nHost: c\r\n\r\n';
    const steps: Step[] = [
      ['up', text(asked.repeat(20_000))],
      [
        'down',
        text('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n'.repeat(900)),
      ],
    ];
    const units = decode(http1Decoder, steps);
    expectCover(units, steps);
  });
});

/** What means something in HTTP/1.1, so that random messages come about. */
const http1 = [
  'GET ',
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'HEAD / HTTP/1.1\r\n',
  'CONNECT c HTTP/1.1\r\n\r\n',
  'POST / HTTP/1.1\r\n',
  'HTTP/1.1 101\r\n\r\n',
  'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/1.1 204 \r\n',
  'Host: a\r\n',
  'Connection: upgrade\r\n',
  'Connection: close\r\n',
  'Upgrade: websocket\r\n',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Content-Type: text/event-stream\r\n',
  '\r\n',
  '\r\n',
  '\n',
  '3\r\nabc\r\n',
  '0\r\n',
  '2',
  'data: x\n\n',
];
const latin1 = (hex: string): string =>
  Buffer.from(bytes(hex)).toString('latin1');
const http2 = [
  '000000 04 00 00000000',
  '000003 01 05 00000001 828684',
  '000003 01 00 00000005 828684',
  '000001 01 04 00000001 88',
  '000002 00 01 00000001 6869',
  '000004 08 00 00000000 00000001',
  '000008 06 00 00000000 0102030405060708',
  '000004 03 00 00000001 00000008',
  '000001 09 04 00000001 82',
].map(latin1);
const webSocket = ['8101 61', '8181 00000000 61', '0100', '8000', '8800'].map(
  latin1,
);
const mqtt = ['100c 0004 4d515454 04 02 003c 0000', '2002 0000', 'c000'].map(
  latin1,
);

const makers: [string, () => ConnectionDecoder, string[]][] = [
  ['HTTP/1.1', http1Decoder, http1],
  ['HTTP/2', http2Decoder, [PREFACE, ...http2]],
  ['WebSocket', () => webSocketDecoder(), webSocket],
  ['MQTT', mqttDecoder, mqtt],
  [
    'any protocol',
    () => decodeConnection(),
    [...http1, PREFACE, ...http2, ...webSocket, ...mqtt],
  ],
];

const direction = fc.constantFrom<Direction>('up', 'down');

/** Both sides say some of these words, in turns. */
function conversation(
  words: string[],
): fc.Arbitrary<[Direction, Uint8Array][]> {
  const piece = fc
    .array(fc.constantFrom(...words), { maxLength: 6 })
    .map((list) => Uint8Array.from(Buffer.from(list.join(''), 'latin1')));
  return fc.array(fc.tuple(direction, piece), { maxLength: 8 });
}

/** Ends the connection after so many bytes. */
function cutOff(steps: readonly Step[], place: number): Step[] {
  const size = steps.reduce((sum, [, sent]) => sum + sent.length, 0);
  let left = place % (size + 1);
  return steps.map(([side, sent]): Step => {
    const kept = sent.subarray(0, left);
    left -= kept.length;
    return [side, kept];
  });
}

const ends = fc.constantFrom<Direction[]>(['up', 'down'], ['down', 'up']);

/** Feeds, ends in this order, and looks. */
function checkCover(
  make: () => ConnectionDecoder,
  steps: readonly Step[],
  order: Direction[],
  first?: Record<Direction, number>,
): void {
  const decoder = make();
  const units = steps.flatMap(([side, sent]) => decoder.feed(side, sent));
  for (const side of order) units.push(...decoder.end(side));
  expectCover(units, steps, first);
}

test('bytes that are too many to be held', () => {
  const upgrade = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n';
  const steps: Step[] = [
    ['up', text(`${upgrade}${upgrade}${'a'.repeat(1_000_000)}`)],
    ['down', text('HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n')],
    ['up', text('b'.repeat(100_000))],
  ];
  const units = decode(http1Decoder, steps);
  expectCover(units, steps);
  expect(
    units.filter(({ kind }) => kind === 'limit').map(({ size }) => size),
  ).toEqual([HELD_LIMIT]);
});

describe('No byte is told twice, and none is left out:', () => {
  test.each(makers)('words at random, as %s', (_, make, words) => {
    fc.assert(
      fc.property(
        conversation(words),
        fc.array(edit, { maxLength: 1 }),
        fc.nat(),
        ends,
        (steps, edits, end, order) => {
          const damaged = steps.length > 0 ? edited(steps, edits) : [];
          checkCover(make, cutOff(damaged, end), order);
        },
      ),
      fixedCases(1_500),
    );
  });

  const short = Object.entries(VECTORS).flatMap(([name, vectors]) => {
    const list = vectors.filter(({ steps }) =>
      steps.every(([, sent]) => sent.length < 1_000),
    );
    return list.length > 0 ? [[name, list] as const] : [];
  });
  // An event stream has one direction only, and WebSocket's come alone.
  test.each(short)('damaged vectors of %s', (_, vectors) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...vectors),
        fc.array(edit, { maxLength: 4 }),
        fc.nat(),
        ends,
        ({ make, steps, first }, edits, end, order) => {
          const damaged = cutOff(edited(steps, edits), end);
          checkCover(make, damaged, order, first);
        },
      ),
      fixedCases(1_500),
    );
  });
});
