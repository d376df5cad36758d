import type { ByteCursor } from './byte-cursor.ts';
import { RANGES_LIMIT } from './limits.ts';

/** From `start` up to, not including, `end`; in bytes. */
export type Range = readonly [start: number, end: number];

/** What `ByteRanges` hands out. */
export interface TakenRanges {
  ranges: Range[];
  /** All bytes that were added, also those of ranges that were one too many. */
  size: number;
  /** More ranges came than a unit may have: the last ones are not told. */
  overflowed: boolean;
}

/** The ranges of one unit, in raw offsets, as they come. */
export class ByteRanges {
  /** As in `TakenRanges`. */
  size = 0;
  #overflowed = false;
  #ranges: [number, number][] = [];

  /** Ranges come in order; what touches or overlaps becomes one. */
  add(start: number, end: number): void {
    const last = this.#ranges.at(-1);
    if (last && start <= last[1]) {
      this.size += Math.max(0, end - last[1]);
      last[1] = Math.max(last[1], end);
      return;
    }
    this.size += end - start;
    if (this.#ranges.length < RANGES_LIMIT) this.#ranges.push([start, end]);
    else this.#overflowed = true;
  }

  /** Adds the bytes up to the index `to`, and takes them from the cursor. */
  read(input: ByteCursor, to: number): void {
    this.add(input.offset, input.base + to);
    input.next = to;
  }

  /** Adds what was handed out before, here or elsewhere. */
  addAll(ranges: readonly Range[]): void {
    for (const [start, end] of ranges) this.add(start, end);
  }

  /** Hands the ranges out, and begins again with none. */
  take(): TakenRanges {
    // Copied, as an array that has grown keeps room for more; units are many.
    const ranges = this.#ranges.slice();
    const taken = { ranges, size: this.size, overflowed: this.#overflowed };
    this.#ranges = [];
    this.size = 0;
    this.#overflowed = false;
    return taken;
  }
}
