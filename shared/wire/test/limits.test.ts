/**
 * Floods: each limit is told by a unit, and what a decoder holds stays small.
 */
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { concat } from '../bytes.ts';
import { EventStream } from '../event-stream.ts';
import { describe as fieldsOf } from '../fields.ts';
import { http1Decoder } from '../http1.ts';
import { FIELDS_LIMIT, INFLATED_LIMIT, RANGES_LIMIT } from '../limits.ts';
import type { Unit } from '../unit.ts';
import { text } from './cuts.ts';
import { FLOODS } from './vectors/floods.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What a decoder may hold, in bytes, whatever it was fed. */
const HELD = 6 * 1_048_576;

function inUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What was freed is counted as such some turns later. */
async function settled(most: number): Promise<number> {
  let used = inUse();
  for (let turn = 0; turn < 50 && used > most; turn++) {
    await setImmediate();
    used = inUse();
  }
  return used;
}

describe('A decoder that is flooded holds little, and says so:', () => {
  test.each(FLOODS.map((flood) => [flood.title, flood] as const))(
    '%s',
    async (_, { make, steps, says }) => {
      const decoder = make();
      const told: string[] = [];
      const tell = (units: Unit[]): void => {
        for (const { summary, problem } of units)
          if (
            says &&
            told.length < 10 &&
            `${summary} ${problem}`.includes(says)
          )
            told.push(summary);
      };
      const before = inUse();
      for (const [direction, piece] of steps())
        tell(decoder.feed(direction, piece));
      const held = (await settled(before + HELD)) - before;
      expect(held).toBeLessThan(HELD);
      tell(decoder.end('up'));
      tell(decoder.end('down'));
      if (says) expect(told).not.toEqual([]);
    },
  );

  test('a body that grows when it is shown', () => {
    const head = text('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n');
    const body = gzipSync(Buffer.alloc(INFLATED_LIMIT * 2));
    const decoder = http1Decoder();
    decoder.feed('down', concat([head, body]));
    const [unit] = decoder.end('down');
    const [field] = fieldsOf(unit!, body);
    expect(field?.meaning).toBe(
      'compressed with gzip: the limit for inflated bytes was reached',
    );
    expect(field?.value).toBe('4,194,304 bytes that are not text');
  });

  test('a unit of very many fields, one of them a secret', () => {
    const lines = 'a:b\r\n'.repeat(FIELDS_LIMIT * 2);
    const head = text(`GET / HTTP/1.1\r\n${lines}Cookie: x\r\n\r\n`);
    const [unit] = http1Decoder().feed('up', head);
    const all = fieldsOf(unit!, head);
    expect(all.length).toBe(FIELDS_LIMIT + 2);
    expect(all.at(-1)?.value).toBe('2,005');
    expect(all.at(-2)?.secret?.ranges).toEqual([
      [head.length - 5, head.length - 4],
    ]);
  });

  test('an event of very many lines, in very many chunks', () => {
    const stream = new EventStream({ direction: 'down', layer: 1 });
    const units: Unit[] = [];
    const line = text('a\n');
    for (let i = 0; i < 100_000; i++) stream.push(line, 0, 2, i * 3, units);
    stream.push(text('\n'), 0, 1, 300_000, units);
    const [unit] = units;
    const bytes = text('a\n'.repeat(RANGES_LIMIT));
    expect(fieldsOf(unit!, bytes).length).toBe(FIELDS_LIMIT + 1);
  });
});
