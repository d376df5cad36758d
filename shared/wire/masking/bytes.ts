/** What lies in several ranges, as if it were in one piece; and back again. */
import { concat } from '../bytes.ts';
import type { Direction } from '../unit.ts';
import type { Range } from '../byte-ranges.ts';

const ASTERISK = 0x2a;

/** The bytes of both directions of a connection; they will be written to. */
export type BothWays = Record<Direction, Uint8Array>;

/**
 * Content codings by their names, as a library takes them off: undefined where
 * it cannot, or where more than `limit` bytes would come of it.
 */
export type Codings = Readonly<
  Record<string, (bytes: Uint8Array, limit: number) => Uint8Array | undefined>
>;

/** A copy of what is in the ranges. */
export function gather(
  bytes: Uint8Array,
  ranges: readonly Range[],
): Uint8Array {
  // Not by slice(), which copies nothing of some subclasses.
  return new Uint8Array(
    concat(ranges.map(([from, to]) => bytes.subarray(from, to))),
  );
}

/** Writes `plain` into the ranges that it was gathered from. */
export function scatter(
  bytes: Uint8Array,
  ranges: readonly Range[],
  plain: Uint8Array,
): void {
  let at = 0;
  for (const [from, to] of ranges) {
    bytes.set(plain.subarray(at, at + to - from), from);
    at += to - from;
  }
}

/** Asterisks instead of all that is in the ranges. */
export function coverWhole(bytes: Uint8Array, ranges: readonly Range[]): void {
  for (const [from, to] of ranges) bytes.fill(ASTERISK, from, to);
}

/**
 * Masks what lies in the ranges, as one.
 *
 * @param mask writes into what it gets, and says whether it did
 */
export function maskRanges(
  bytes: Uint8Array,
  ranges: readonly Range[],
  mask: (plain: Uint8Array) => boolean,
): void {
  const [only] = ranges;
  if (only && ranges.length === 1) {
    mask(bytes.subarray(...only));
    return;
  }
  const plain = gather(bytes, ranges);
  if (mask(plain)) scatter(bytes, ranges, plain);
}
