import { RANGES_LIMIT } from './limits.ts';
import type { Range } from './unit.ts';

/** The ranges of one unit, as they come. */
export class Trail {
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

const NOTHING = new Uint8Array(0);
/** A longer buffer is not kept for the next unit. */
const KEPT_BUFFER = 65_536;

/** The bytes of one unit, as they come, and where they were. */
export class Gather {
  readonly trail = new Trail();
  #buffer = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Keeps `bytes[from..to)`, which were at the raw offsets start to end. */
  add(
    bytes: Uint8Array,
    from: number,
    to: number,
    start: number,
    end: number,
  ): void {
    if (from === to) return;
    this.trail.add(start, end);
    const length = this.#length + to - from;
    if (length > this.#buffer.length) {
      const wider = new Uint8Array(Math.max(256, length, this.#length * 2));
      wider.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = wider;
    }
    this.#buffer.set(bytes.subarray(from, to), this.#length);
    this.#length = length;
  }

  /**
   * The unit ends with `bytes[from..to)`. Returns all of its bytes, valid
   * until the next call; nothing is copied when the unit came in one piece.
   */
  finish(
    bytes: Uint8Array,
    from: number,
    to: number,
    start: number,
    end: number,
  ): Uint8Array {
    if (this.#length === 0) {
      if (from < to) this.trail.add(start, end);
      return bytes.subarray(from, to);
    }
    this.add(bytes, from, to, start, end);
    return this.take();
  }

  /** What was kept so far. */
  peek(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** What was kept, and starts anew; the trail is taken apart from it. */
  take(): Uint8Array {
    const all = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    if (this.#buffer.length > KEPT_BUFFER) this.#buffer = NOTHING;
    return all;
  }
}
