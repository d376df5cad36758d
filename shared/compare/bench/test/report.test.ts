import { describe, expect, test } from '@jest/globals';
import { medianOf } from '../../statistics.ts';
import { describeReport, holds } from '../report.ts';

test.each([
  [[3], 3],
  [[3, 1, 2], 2],
  [[10, 1, 9, 2], 5.5],
])('the median of %j is %d', (figures, median) => {
  expect(medianOf(figures)).toBe(median);
});

describe('a goal', () => {
  test.each([
    [{ what: 'a', ms: [1, 2, 300], goal: 2 }, true],
    [{ what: 'a', ms: [1, 2, 300], goal: 1 }, false],
    [{ what: 'a', ratio: 2.5, goal: 2.5 }, true],
    [{ what: 'a', ratio: 2.51, goal: 2.5 }, false],
    [{ what: 'a', megabytes: 351, goal: 350 }, false],
    [{ what: 'a', ms: [1e9] }, true],
  ])('of %j holds: %s', (row, expected) => {
    expect(holds(row)).toBe(expected);
  });
});

test('a report is a table, and says what was measured, and on what', () => {
  const lines = describeReport([
    { what: 'a start', ms: [700, 650, 12_000], goal: 600 },
    { what: 'a ratio', ratio: 1.5, goal: 2 },
    { what: 'a size', megabytes: 300 },
  ]).split('\n');
  expect(lines).toEqual([
    '         median           spread      goal',
    'a start  700 ms  650 ms – 12.0 s  ≤ 600 ms  DOES NOT HOLD',
    'a ratio  1.50 ×                   ≤ 2.00 ×  holds',
    'a size   300 MB',
    '',
    expect.stringMatching(/^On the Wire \d+\.\d+\.\d+\S*$/),
    expect.stringContaining(`Node ${process.versions.node}`),
    '',
  ]);
});
