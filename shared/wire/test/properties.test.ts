/**
 * Whatever the bytes are: the units do not depend on the cuts, nothing throws,
 * every byte is told once, and every unit can be described and dumped.
 */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeConnection } from '../connection.ts';
import { dump } from '../dump.ts';
import { eventStreamDecoder } from '../event-stream/decoder.ts';
import { http1Decoder } from '../http1/decoder.ts';
import { http2Decoder, PREFACE } from '../http2/decoder.ts';
import { hpackDecoder } from '../hpack/decoder.ts';
import { mqttDecoder } from '../mqtt/decoder.ts';
import { lengthPrefixDecoder, lineDecoder } from '../tcp/decoder.ts';
import {
  bytesOf,
  type ConnectionDecoder,
  type Direction,
  type Unit,
} from '../unit.ts';
import { webSocketDecoder } from '../websocket/decoder.ts';
import {
  byteByByte,
  cutInto,
  decode,
  oneWay,
  recorded,
  text,
  type Step,
} from './cuts.ts';
import { byte, edit, edited } from './damage.ts';
import { randomCases } from './random-cases.ts';
import { VECTORS } from './vectors/all.ts';

const numRuns = randomCases(150);
const deflate = {
  up: { contextTakeover: true },
  down: { contextTakeover: false },
};

const decoders: [string, () => ConnectionDecoder][] = [
  ['an event stream', oneWay(eventStreamDecoder)],
  ['WebSocket', () => webSocketDecoder({ deflate })],
  ['HTTP/1.1', http1Decoder],
  ['HTTP/2', http2Decoder],
  ['MQTT', mqttDecoder],
  ['lines', oneWay(() => lineDecoder())],
  ['a length before each', oneWay(() => lengthPrefixDecoder(1))],
  ['any connection', () => decodeConnection()],
];

/** What no decoder may depend on, or let through. */
function check(
  make: () => ConnectionDecoder,
  steps: readonly Step[],
  cuts: number[],
  first = { up: 0, down: 0 },
): void {
  const units = decode(make, steps);
  const told = units.map((unit) => JSON.stringify(unit)).join('\n');
  for (const cut of [byteByByte(steps), cutInto(steps, cuts)]) {
    const made = decode(make, cut);
    expect(made.map((unit) => JSON.stringify(unit)).join('\n')).toBe(told);
  }
  const whole = recorded(steps);
  for (const unit of units) checkUnit(unit, whole, first);
}

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/;

function checkUnit(
  unit: Unit,
  whole: Record<Direction, Uint8Array>,
  first: Record<Direction, number>,
): void {
  const { direction: side } = unit;
  const bytes = bytesOf(unit, whole[side], first[side]);
  const lines = dump(unit, bytes);
  expect(lines.find((line) => CONTROL.test(line))).toBeUndefined();
  if (!unit.problem?.includes('too many pieces'))
    expect(bytes.length).toBe(unit.size);
  expect(unit.payload).toBeLessThanOrEqual(unit.size);
}

const direction = fc.constantFrom('up' as const, 'down' as const);
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), {
  minLength: 1,
  maxLength: 5,
});

const someBytes = fc
  .array(byte, { maxLength: 60 })
  .map((list) => Uint8Array.from(list));
const someSteps = fc.array(fc.tuple(direction, someBytes), { maxLength: 6 });

describe('Random bytes', () => {
  test.each(decoders)('as %s: units do not depend on cuts', (_, make) => {
    fc.assert(
      fc.property(someSteps, sizes, (steps, cuts) => check(make, steps, cuts)),
      { numRuns },
    );
  });

  test('after the preface of HTTP/2: units do not depend on cuts', () => {
    fc.assert(
      fc.property(someSteps, sizes, (steps, cuts) =>
        check(http2Decoder, [['up', text(PREFACE)], ...steps], cuts),
      ),
      { numRuns },
    );
  });

  test('as header blocks: nothing throws, the table keeps its size', () => {
    const blocks = fc.array(someBytes, { maxLength: 8 });
    fc.assert(
      fc.property(blocks, (list) => {
        const decoder = hpackDecoder();
        for (const block of list) decoder.decode(block);
        expect(decoder.table.size).toBeGreaterThanOrEqual(0);
      }),
      { numRuns },
    );
  });
});

describe('Damaged vectors', () => {
  const all = Object.entries(VECTORS).map(([name, vectors]) => {
    const short = vectors.filter(({ steps }) =>
      steps.every(([, piece]) => piece.length < 1_000),
    );
    return [name, short] as const;
  });
  test.each(all)('of %s: units do not depend on cuts', (_, vectors) => {
    const edits = fc.array(edit, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.constantFrom(...vectors),
        edits,
        sizes,
        ({ make, steps, first }, changes, cuts) =>
          check(make, edited(steps, changes), cuts, first),
      ),
      { numRuns },
    );
  });
});
