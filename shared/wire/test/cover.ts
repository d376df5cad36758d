/** Whether the units of layer 0 tell every byte, each of them once. */
import { expect } from '@jest/globals';
import type { Direction, Unit } from '../unit.ts';
import type { Range } from '../byte-ranges.ts';
import { recorded, type Step } from './cuts.ts';

/**
 * Fails unless the units of layer 0, in their order, have all bytes of both
 * directions, without gap or overlap.
 * @param first the raw offset of each direction's first byte
 */
export function expectCover(
  units: readonly Unit[],
  steps: readonly Step[],
  first: Record<Direction, number> = { up: 0, down: 0 },
): void {
  const whole = recorded(steps);
  for (const side of ['up', 'down'] as const) {
    const ranges: [string, Range][] = [];
    for (const { direction, layer, ranges: own, summary } of units)
      if (direction === side && layer === 0)
        for (const range of own) ranges.push([summary, range]);
    let end = first[side];
    for (const [unit, range] of ranges) {
      if (range[0] !== end)
        expect({ side, unit, start: range[0] }).toEqual({
          side,
          unit,
          start: end,
        });
      end = range[1];
    }
    expect({ side, end }).toEqual({
      side,
      end: first[side] + whole[side].length,
    });
  }
}
