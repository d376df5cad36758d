/** The numbers of DEFLATE, RFC 1951, 3.2. */
import { CanonicalCode } from './canonical-code.ts';

// RFC 1951, 3.2.5: a length or distance is a base and some extra bits.
/** Extra bits of each length code from 257 on, RFC 1951, 3.2.5. */
export const LENGTH_BITS = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5,
  5, 5, 0,
];
/** Extra bits of each distance code, RFC 1951, 3.2.5. */
export const DISTANCE_BITS = Array.from({ length: 30 }, (_, code) =>
  Math.max(0, (code >> 1) - 1),
);

function bases(first: number, bits: number[]): number[] {
  let next = first;
  return bits.map((count) => {
    const base = next;
    next += 2 ** count;
    return base;
  });
}
/** The shortest length of each length code, in bytes. */
export const LENGTH_BASES = bases(3, LENGTH_BITS);
LENGTH_BASES[28] = 258;
/** The shortest distance of each distance code, in bytes. */
export const DISTANCE_BASES = bases(1, DISTANCE_BITS);

// RFC 1951, 3.2.6: the fixed codes.
/** The code of literals and lengths in a block of type 1, RFC 1951, 3.2.6. */
export const FIXED_LENGTHS = new CanonicalCode(
  Array.from({ length: 288 }, (_, symbol) => {
    if (symbol < 144) return 8;
    if (symbol < 256) return 9;
    return symbol < 280 ? 7 : 8;
  }),
);
/** The code of distances in a block of type 1, RFC 1951, 3.2.6. */
export const FIXED_DISTANCES = new CanonicalCode(Array(30).fill(5));

// RFC 1951, 3.2.7: the order in which the lengths of code lengths are sent.
/**
 * In which order the lengths of the code for code lengths come, RFC 1951, 3.2.7.
 */
export const ORDER = [
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];

// RFC 1951, 3.2.7: symbols 16, 17 and 18 repeat a length.
/** Extra bits of the codes 16, 17 and 18, which repeat a length. */
export const REPEAT_BITS = [2, 3, 7];
/** How often the codes 16, 17 and 18 repeat a length at least. */
export const REPEAT = [3, 3, 11];
