import { ByteRanges } from './byte-ranges.ts';

const NOTHING = new Uint8Array(0);
/** A longer buffer is not kept for the next unit. */
const KEPT_BUFFER = 65_536;

/** The bytes of one unit, as they come, and where they were. */
export class ReassemblyBuffer {
  readonly ranges = new ByteRanges();
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
    this.ranges.add(start, end);
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
      if (from < to) this.ranges.add(start, end);
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
