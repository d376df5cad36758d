import { RANGES_LIMIT } from './limits.ts';

/** From `start` up to, not including, `end`; in bytes. */
export type Range = readonly [start: number, end: number];

/** The ranges of one unit, as they come. */
export class ByteRanges {
  /** All bytes that were added, also those of ranges that were one too many. */
  size = 0;
  /** More ranges came than a unit may have: the last ones are not told. */
  overflowed = false;
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
    else this.overflowed = true;
  }

  /** How many ranges there are. */
  get pieces(): number {
    return this.#ranges.length;
  }

  /** Hands the ranges out and starts anew. */
  take(): { ranges: Range[]; size: number; overflowed: boolean } {
    const { size, overflowed } = this;
    // Copied, as an array that has grown keeps room for more; units are many.
    const ranges = this.#ranges.slice();
    this.#ranges = [];
    this.size = 0;
    this.overflowed = false;
    return { ranges, size, overflowed };
  }
}
