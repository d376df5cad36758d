/** What is kept of bytes that were compressed with what came before. */
import { expect, test } from '@jest/globals';
import { KeptPlain } from '../kept-plain.ts';
import { KEPT_DECODED, KEPT_WHOLE } from '../limits.ts';

const MIB = 1_048_576;

/** Keeps so many others of 1 MiB. */
const others = (count: number): KeptPlain[] =>
  Array.from(
    { length: count },
    () => new KeptPlain(new Uint8Array(MIB), MIB, MIB),
  );

test('The newest are kept whole, of older ones the beginning', () => {
  const plain = new Uint8Array(MIB).fill(7);
  const many = KEPT_WHOLE / MIB + 4;
  const all = Array.from({ length: many }, () => {
    const kept = new KeptPlain(plain, MIB, 5_000);
    expect(kept.bytes.length).toBe(MIB);
    return kept;
  });
  plain.fill(0);
  const lengths = all.map(({ bytes }) => bytes.length);
  expect(lengths.slice(0, 3)).toEqual([
    KEPT_DECODED,
    KEPT_DECODED,
    KEPT_DECODED,
  ]);
  expect(lengths.at(-1)).toBe(MIB);
  const more = lengths.reduce((sum, length) => sum + length - KEPT_DECODED, 0);
  expect(more).toBeLessThanOrEqual(KEPT_WHOLE);
  expect(all.every(({ size }) => size === MIB)).toBe(true);
  expect(all.every(({ bytes }) => bytes.at(-1) === 7)).toBe(true);
});

test('Of few bytes on the wire little is kept when it is old', () => {
  const small = new KeptPlain(new Uint8Array(2_000), 2_000, 3);
  expect(small.bytes.length).toBe(2_000);
  others(KEPT_WHOLE / MIB + 1);
  expect(small.bytes.length).toBe(3 * 64);
});

test('Short ones are kept, whatever comes after them', () => {
  const short = new KeptPlain(new Uint8Array(100), 100, 50);
  others(2 * (KEPT_WHOLE / MIB));
  expect(short.bytes.length).toBe(100);
});
