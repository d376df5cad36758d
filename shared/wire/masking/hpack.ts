/**
 * Masks the secrets in header blocks of HTTP/2, in place: what is Huffman-coded
 * stays so, at the same length, and later blocks that refer to an entry of the
 * table get its asterisks. A block that cannot be read becomes asterisks, and
 * so does each block after it, as the table is not known any more.
 */
import { decodeHuffman, HUFFMAN } from '../hpack/huffman.ts';
import {
  HpackDecoder,
  readRepresentations,
  type Representation,
} from '../hpack/decoder.ts';
import { coverWhole } from './bytes.ts';
import { maskValue } from './header-section.ts';
import { latin1 } from '../text.ts';

const ASTERISK = 0x2a;

/** The code of each byte, and how many bits it has. */
const CODES: { code: number; bits: number }[] = [];
{
  let code = 0;
  let next = 0;
  for (const [bits, count] of HUFFMAN.counts.entries()) {
    for (let i = 0; i < count; i++)
      CODES[HUFFMAN.symbols[next++]!] = { code: code++, bits };
    code *= 2;
  }
}

/** All header blocks of one direction, one after the other. */
export class BlockMasker {
  #hpack = new HpackDecoder();
  #isLost = false;

  constructor() {
    // Whether a table is larger than allowed makes no difference here.
    this.#hpack.allowed = Infinity;
  }

  /** A block could not be put together: no later one can be read. */
  lose(): void {
    this.#isLost = true;
  }

  /**
   * Masks a block, in place.
   *
   * @returns its fields as they were, name, value, name, value …; undefined
   *   where it became asterisks
   */
  mask(block: Uint8Array): string[] | undefined {
    const fields = this.#isLost ? undefined : this.#tryMask(block);
    if (fields) return fields;
    this.#isLost = true;
    coverWhole(block, [[0, block.length]]);
    return undefined;
  }

  #tryMask(block: Uint8Array): string[] | undefined {
    const { fields, problem } = this.#hpack.decode(block);
    if (problem) return undefined;
    const { representations } = readRepresentations(block);
    let next = 0;
    for (const one of representations) {
      if (one.kind === 'size update') continue;
      const name = fields[next++];
      const value = fields[next++];
      if (name === undefined || value === undefined) return undefined;
      if (one.value && !maskLiteral(block, one, name, value)) return undefined;
    }
    return fields;
  }
}

/**
 * Masks the value of a field, which is written out.
 * @returns false where it cannot be masked in place
 */
function maskLiteral(
  block: Uint8Array,
  one: Representation,
  name: string,
  value: string,
): boolean {
  const { start, end, isHuffman } = one.value!;
  if (!isHuffman) {
    maskValue(name, block.subarray(start, end));
    return true;
  }
  const plain = Uint8Array.from(value, (each) => each.charCodeAt(0));
  const masked = plain.slice();
  if (!maskValue(name, masked)) return true;
  const text = fitted(plain, masked, (end - start) * 8);
  // A longer entry would push others out of the table.
  if (text.length > plain.length && one.kind === 'incremental') return false;
  encode(text, block, start, end);
  return decodeHuffman(block, start, end).text === latin1(text);
}

/**
 * As many asterisks as fill the bits: the code of one has exactly 8, so there
 * is always such a number.
 */
function fitted(
  plain: Uint8Array,
  masked: Uint8Array,
  room: number,
): Uint8Array {
  const isSecret = (at: number): boolean => masked[at] !== plain[at];
  let kept = 0;
  for (const [at, byte] of plain.entries())
    if (!isSecret(at)) kept += CODES[byte]!.bits;
  let asterisks = Math.floor((room - kept) / 8);
  const text: number[] = [];
  let bits = 0;
  let last = 0;
  for (const [at, byte] of plain.entries()) {
    if (!isSecret(at)) {
      text.push(byte);
      bits = 0;
      continue;
    }
    bits += CODES[byte]!.bits;
    last = text.length;
    if (bits < 8 || asterisks === 0) continue;
    bits -= 8;
    asterisks--;
    text.push(ASTERISK);
    last = text.length;
  }
  const rest = Array<number>(asterisks).fill(ASTERISK);
  text.splice(last, 0, ...rest);
  return Uint8Array.from(text);
}

/** Writes a text as Huffman codes; what is left over is filled with ones. */
function encode(
  text: Uint8Array,
  block: Uint8Array,
  from: number,
  to: number,
): void {
  block.fill(0xff, from, to);
  let at = from * 8;
  for (const byte of text) {
    const { code, bits } = CODES[byte]!;
    for (let bit = bits - 1; bit >= 0; bit--, at++)
      if (!(Math.floor(code / 2 ** bit) & 1))
        block[at >> 3]! &= ~(0x80 >> (at & 7));
  }
}
