/**
 * One table of bytes and units, in vectors/. Whatever the reads are, the units
 * must be the same.
 */
import { describe, expect, test } from '@jest/globals';
import { expectCover } from './cover.ts';
import {
  byteByByte,
  cutInto,
  cutOnce,
  decode,
  glued,
  lineOf,
  type Step,
} from './cuts.ts';
import { VECTORS } from './vectors/all.ts';
import type { Vector } from './vectors/vector.ts';

/** Longer ones are not cut at every position, but at many. */
const LONG = 4_000;

function cuttings(steps: readonly Step[]): [string, Step[]][] {
  const size = steps.reduce((sum, [, piece]) => sum + piece.length, 0);
  const made: [string, Step[]][] = [
    ['glued', glued(steps)],
    ['in pieces of 3, 1 and 7 bytes', cutInto(steps, [3, 1, 7])],
  ];
  if (size < LONG) made.push(['byte by byte', byteByByte(steps)]);
  let count = 0;
  for (const cut of cutOnce(steps)) {
    const isNearEnd = count < 64 || count > size - 64;
    if (size < LONG || isNearEnd || count % 997 === 0)
      made.push([`cut once, at place ${count}`, cut]);
    count++;
  }
  return made;
}

function checkCuts({ make, steps }: Vector): void {
  const whole = decode(make, steps).map((unit) => JSON.stringify(unit));
  for (const [name, cut] of cuttings(steps)) {
    const made = decode(make, cut).map((unit) => JSON.stringify(unit));
    // Joined, as comparing two texts is fast; apart only where they differ.
    if (made.join('\n') !== whole.join('\n')) {
      expect({ name, made }).toEqual({ name, made: whole });
    }
  }
}

describe.each(Object.entries(VECTORS))('%s', (_, vectors) => {
  test.each(vectors.map((vector) => [vector.title, vector] as const))(
    '%s',
    (_title, vector) => {
      const units = decode(vector.make, vector.steps);
      expect(units.map(lineOf)).toEqual(vector.units);
      expectCover(units, vector.steps, vector.first);
      checkCuts(vector);
    },
  );
});
