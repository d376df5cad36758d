import type { ByteCursor } from './byte-cursor.ts';
import { ByteRanges } from './byte-ranges.ts';

const NOTHING = new Uint8Array(0);
/** A longer buffer is not kept for the next unit. */
const KEPT_BUFFER = 65_536;

/** The bytes of one unit, as they come, and where they were. */
export class ReassemblyBuffer {
  /** Where the bytes were that came by `read`, in raw offsets. */
  readonly ranges = new ByteRanges();
  #buffer = NOTHING;
  #length = 0;

  /** How many bytes are kept. */
  get length(): number {
    return this.#length;
  }

  /** Keeps the bytes up to the index `to`, and takes them from the cursor. */
  read(input: ByteCursor, to: number): void {
    if (input.next === to) return;
    this.append(input.bytes, input.next, to);
    this.ranges.read(input, to);
  }

  /** Keeps `bytes[from..to)`, without their place. */
  append(bytes: Uint8Array, from: number, to: number): void {
    if (from === to) return;
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
  finish(bytes: Uint8Array, from: number, to: number): Uint8Array {
    if (this.#length === 0) return bytes.subarray(from, to);
    this.append(bytes, from, to);
    return this.take();
  }

  /** What was kept so far. */
  peek(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /**
   * What was kept, valid until more is; begins again with nothing. The ranges
   * are taken apart from it.
   */
  take(): Uint8Array {
    const all = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    if (this.#buffer.length > KEPT_BUFFER) this.#buffer = NOTHING;
    return all;
  }

  /** Lets go of the bytes: only their ranges are told. */
  discard(): ByteRanges {
    this.take();
    return this.ranges;
  }
}
