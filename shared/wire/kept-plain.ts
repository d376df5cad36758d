/**
 * Plain bytes that cannot be read again from those of their unit, because they
 * were compressed with what came before: events of a compressed stream, messages
 * of permessage-deflate. The newest are kept whole, as many as `KEPT_WHOLE`
 * bytes, all connections together; of older ones the beginning.
 */
import { KEPT_DECODED, KEPT_FOR_EACH_BYTE, KEPT_WHOLE } from './limits.ts';

/** What is kept of one unit. */
export class KeptPlain {
  /** How many there were in all. */
  readonly size: number;
  #bytes: Uint8Array;

  /**
   * @param plain are copied
   * @param size how many there were in all, of which `plain` are the first
   * @param wire how many bytes the unit took
   */
  constructor(plain: Uint8Array, size: number, wire: number) {
    this.size = size;
    this.#bytes = plain.slice();
    const least = Math.min(KEPT_DECODED, wire * KEPT_FOR_EACH_BYTE);
    if (plain.length > least) keepWhole(this, least);
  }

  /** What is kept now: the first of them. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Lets go of all but the first `most`; returns how many those were. */
  cut(most: number): number {
    const gone = this.#bytes.length - most;
    this.#bytes = this.#bytes.slice(0, most);
    return gone;
  }
}

/** Those that are whole, the oldest first, and what would be left of each. */
const whole: { kept: KeptPlain; least: number }[] = [];
let first = 0;
/** How many bytes more than the least they hold. */
let more = 0;

function keepWhole(kept: KeptPlain, least: number): void {
  whole.push({ kept, least });
  more += kept.bytes.length - least;
  while (more > KEPT_WHOLE) {
    const oldest = whole[first++]!;
    more -= oldest.kept.cut(oldest.least);
  }
  // In turns of many, as taking off the first one is slow.
  if (first < 1_000) return;
  whole.splice(0, first);
  first = 0;
}
