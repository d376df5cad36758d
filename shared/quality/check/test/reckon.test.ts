import { describe, expect, test } from '@jest/globals';
import { reckon } from '../reckon.ts';

describe('a sum comes out', () => {
  test.each([
    '57 = 10,000 × 715 × 8 / 1e6',
    '40 kB = 60 × 700, a request with its response',
    '100 / 6 = 17 turns, 17 × 0.3 s = 5.1 s',
    '12 s = 3 × (2 s + 2 s); 5 = 8 − 3',
    '2 MB = 2,000 × 1,000 bytes',
    '1.2 s = 4 × 300 ms',
    '65 KiB ≈ 66,560 bytes',
    '30 % = 100 × 3 / 10',
    '540 = 60 × 9',
  ])('%s', (said) => {
    expect(reckon(said).wrong).toBeUndefined();
  });
});

test.each([
  ['58 = 10,000 × 715 × 8 / 1e6', '58 = 57.2'],
  ['540 = 60 × 90', '540 = 5400'],
  ['100 / 6 = 18', '100 / 6 = 16.6667'],
  ['1.2 s = 4 × 300 minutes', '1.2 s = 1200'],
  [
    '5 = many × 2 apples + what',
    '5 = a sum of numbers: many × 2 apples + what is none',
  ],
  ['5 = 2 × (3', '5 = a sum of numbers: 2 × (3 is none'],
  ['some five', 'an equation: 6 = 2 × 3'],
])('a sum does not: %s', (said, wrong) => {
  expect(reckon(said).wrong).toBe(wrong);
});

test('its numbers are named', () => {
  expect(reckon('57 = 10,000 × 7.5').numbers).toEqual([57, 10_000, 7.5]);
});
