/** The Huffman code of HPACK, RFC 7541, 5.2 and appendix B. */
import {
  CanonicalCode,
  CodeWalk,
  NO_CODE,
  UNDECIDED,
} from '../coding/canonical-code.ts';
import { latin1 } from '../text.ts';

// The lengths say all of appendix B, as its codes are in order. The first row
// is for the bytes 0 to 15; the last number is the end-of-string symbol.
const LENGTHS = [
  [13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28],
  [28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28],
  [6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6],
  [5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10],
  [13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7],
  [7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6],
  [15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5],
  [6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28],
  [20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23],
  [24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24],
  [22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23],
  [21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23],
  [26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25],
  [19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27],
  [20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23],
  [26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26],
  [30],
];

/** The code as a whole. */
export const HUFFMAN = new CanonicalCode(LENGTHS.flat());
const END_OF_STRING = 256;

/**
 * What the Huffman-coded string in `bytes[from..to)` says, RFC 7541, 5.2.
 * @returns the text as far as it could be read; and why no further
 */
export function decodeHuffman(
  bytes: Uint8Array,
  from: number,
  to: number,
): { text: string; problem: string | undefined } {
  const walk = new CodeWalk();
  // The shortest code has 5 bits.
  const decoded = new Uint8Array(Math.ceil(((to - from) * 8) / 5));
  let length = 0;
  let onlyOnes = true;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    for (let shift = 7; shift >= 0; shift--) {
      const bit = (byte >> shift) & 1;
      const symbol = walk.step(HUFFMAN, bit);
      if (symbol === UNDECIDED) {
        if (bit === 0) onlyOnes = false;
        continue;
      }
      if (symbol === END_OF_STRING || symbol === NO_CODE)
        return {
          text: latin1(decoded, 0, length),
          problem:
            'expected no end-of-string symbol in a Huffman-coded string (RFC 7541, 5.2)',
        };
      decoded[length++] = symbol;
      onlyOnes = true;
    }
  }
  // The last byte is filled with the beginning of the end-of-string symbol.
  const isPadding = walk.taken < 8 && (walk.taken === 0 || onlyOnes);
  return {
    text: latin1(decoded, 0, length),
    problem: isPadding
      ? undefined
      : 'expected at most 7 bits of padding, all of them 1 (RFC 7541, 5.2)',
  };
}
