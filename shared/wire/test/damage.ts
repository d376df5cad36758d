/** Bytes that were right, with a few changes at random. */
import * as fc from 'fast-check';
import type { Direction } from '../unit.ts';
import type { Step } from './cuts.ts';

/** Bytes with many that mean something somewhere. */
export const byte = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom(0, 1, 2, 4, 9, 10, 13, 32, 48, 58, 126, 127, 0x81, 0x82, 255),
);

export type Edit = [
  kind: 'set' | 'insert' | 'remove' | 'repeat',
  at: number,
  byte: number,
];

export const edit = fc.tuple(
  fc.constantFrom<Edit[0]>('set', 'insert', 'remove', 'repeat'),
  fc.nat(),
  byte,
);

/** The same steps, damaged. */
export function edited(steps: readonly Step[], edits: Edit[]): Step[] {
  const made = steps.map(([side, piece]): [Direction, number[]] => [
    side,
    [...piece],
  ]);
  for (const [kind, place, value] of edits) {
    const [, list] = made[place % made.length]!;
    const at = list.length === 0 ? 0 : place % list.length;
    if (kind === 'set') list[at] = value;
    else if (kind === 'insert') list.splice(at, 0, value);
    else if (kind === 'remove') list.splice(at, value % 8);
    else list.splice(at, 0, ...list.slice(at, at + (value % 16)));
  }
  return made.map(([side, list]) => [side, Uint8Array.from(list)]);
}
