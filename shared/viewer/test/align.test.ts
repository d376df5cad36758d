import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { align } from '../content/align.ts';

/** How many items two sequences have in common at most, by the book. */
function commonLength(a: number[], b: number[]): number {
  let below = Array<number>(b.length + 1).fill(0);
  for (const item of a.toReversed()) {
    const row = Array<number>(b.length + 1).fill(0);
    for (let j = b.length - 1; j >= 0; j--)
      row[j] =
        item === b[j] ? below[j + 1]! + 1 : Math.max(below[j]!, row[j + 1]!);
    below = row;
  }
  return below[0]!;
}

const short = fc.array(fc.nat(3), { maxLength: 30 });

describe('two sequences side by side', () => {
  test('have each of their items once, and as many pairs as there can be', () => {
    fc.assert(
      fc.property(short, short, (a, b) => {
        const pairs = align(a, b);
        const indexes = (side: 'a' | 'b') =>
          pairs.flatMap((pair) => pair[side] ?? []);
        expect(indexes('a')).toEqual([...a.keys()]);
        expect(indexes('b')).toEqual([...b.keys()]);
        const same = pairs.filter(({ isSame }) => isSame);
        for (const pair of same) expect(a[pair.a!]).toBe(b[pair.b!]);
        expect(same).toHaveLength(commonLength(a, b));
      }),
    );
  });

  test('pair what differs, and leave the place of what is missing free', () => {
    expect(
      align([...'head old tail'], [...'head new! tail']).slice(5, 9),
    ).toEqual([
      { a: 5, b: 5, isSame: false },
      { a: 6, b: 6, isSame: false },
      { a: 7, b: 7, isSame: false },
      { a: undefined, b: 8, isSame: false },
    ]);
  });

  test('are aligned in bounded time, however many differences there are', () => {
    const count = 50_000;
    const before = process.cpuUsage();
    const nothing = align(
      Array.from({ length: count }, (_, index) => 2 * index),
      Array.from({ length: count }, (_, index) => 2 * index + 1),
    );
    expect(nothing.some(({ isSame }) => isSame)).toBe(false);
    expect(nothing.length).toBeGreaterThanOrEqual(count);

    // Each tenth item is another one, and each hundredth is missing.
    const items = Array.from({ length: count }, (_, index) => index);
    const others = items
      .map((item) => (item % 10 === 0 ? -item : item))
      .filter((item) => item % 100 !== 7);
    const pairs = align(items, others);
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
    for (const side of ['a', 'b'] as const)
      expect(pairs.flatMap((pair) => pair[side] ?? [])).toEqual([
        ...(side === 'a' ? items : others).keys(),
      ]);
    const wrong = pairs.filter(
      ({ a, b, isSame }) =>
        a !== undefined &&
        b !== undefined &&
        isSame !== (items[a] === others[b]),
    );
    expect(wrong).toEqual([]);
    expect(pairs.filter(({ isSame }) => isSame).length).toBeGreaterThan(
      0.88 * count,
    );
  });
});
