/**
 * A Huffman code that is told by the lengths of its codes alone, because codes
 * of one length follow each other: both DEFLATE (RFC 1951, 3.2.2) and HPACK
 * (RFC 7541, appendix B) have one.
 */
export class CanonicalCode {
  /** How many codes there are of each length. */
  readonly counts: Uint16Array;
  /** The symbols, by length of their code, then by value. */
  readonly symbols: Uint16Array;
  /** 0: every row of bits means something; above: some mean nothing. */
  readonly unused: number;

  /** @param lengths the length of each symbol's code; 0: it has none */
  constructor(lengths: ArrayLike<number>) {
    const longest = Math.max(1, ...Array.from(lengths));
    this.counts = new Uint16Array(longest + 1);
    const starts = new Uint16Array(longest + 2);
    this.symbols = new Uint16Array(lengths.length);
    for (let symbol = 0; symbol < lengths.length; symbol++)
      this.counts[lengths[symbol]!]!++;
    this.counts[0] = 0;
    let free = 1;
    for (let length = 1; length <= longest; length++) {
      free = free * 2 - this.counts[length]!;
      starts[length + 1] = starts[length]! + this.counts[length]!;
      // More codes of this length than bits can tell apart.
      if (free < 0) break;
    }
    this.unused = free;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      const length = lengths[symbol]!;
      if (length > 0) this.symbols[starts[length]!++] = symbol;
    }
  }
}

/** More bits are needed. */
export const UNDECIDED = -1;
/** No code begins like this. */
export const NO_CODE = -2;

/** Walks through a code bit by bit, so it may pause between any two. */
export class CodeWalk {
  #code = 0;
  #first = 0;
  #index = 0;
  #length = 0;

  /** How many bits of an unfinished code were taken. */
  get taken(): number {
    return this.#length;
  }

  /** Takes one bit; returns a symbol, `UNDECIDED` or `NO_CODE`. */
  step(table: CanonicalCode, bit: number): number {
    const length = this.#length + 1;
    if (length >= table.counts.length) {
      this.reset();
      return NO_CODE;
    }
    const count = table.counts[length]!;
    const code = this.#code | bit;
    // Among the codes of this length, `first` is the lowest.
    if (code - count < this.#first) {
      const symbol = table.symbols[this.#index + code - this.#first]!;
      this.reset();
      return symbol;
    }
    this.#index += count;
    this.#first = (this.#first + count) << 1;
    this.#code = code << 1;
    this.#length = length;
    return UNDECIDED;
  }

  reset(): void {
    this.#code = 0;
    this.#first = 0;
    this.#index = 0;
    this.#length = 0;
  }
}
