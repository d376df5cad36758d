/** The texts of the last lines are read as they were written. */
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { TextColumn } from '../live/text-column.ts';

const some = fc.option(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom('', '“Hello”', 'é', '\ud83d', 'x'.repeat(3_000)),
  ),
  { nil: undefined },
);

test('A column gives the texts of its last lines, and none where there was none', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1, 2, 1_000, 1_024, 1_500),
      fc.array(some, { minLength: 1, maxLength: 50 }),
      (size, texts) => {
        const column = new TextColumn(size);
        const textOf = (n: number) => texts[n % texts.length];
        const summaryOf = (n: number) => textOf(n + 1) ?? 'none';
        const end = 4_000;
        for (let n = 0; n < end; n++) column.add(n, summaryOf(n), textOf(n));
        for (let n = end - size; n < end; n++) {
          const read = [n, column.summary(n), column.text(n)];
          const wanted = [n, summaryOf(n), textOf(n)];
          // `expect` for each of them would take seconds.
          if (read.some((part, i) => part !== wanted[i]))
            expect(read).toEqual(wanted);
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('A text of 100,000 characters is read as it was written, whatever they are', () => {
  const column = new TextColumn(10);
  const long = ['x'.repeat(100_000), '“x”'.repeat(33_333)];
  long.forEach((text, n) => column.add(n, text, text));
  expect(
    long.map((text, n) => [
      column.summary(n) === text,
      column.text(n) === text,
    ]),
  ).toEqual([
    [true, true],
    [true, true],
  ]);
});
