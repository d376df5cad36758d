/**
 * Content codings of HTTP, RFC 9110, 8.4.1: gzip (RFC 1952) and deflate (RFC
 * 1950), and those for which the caller has a decompressor. Checksums are not
 * compared: TCP and TLS have done that.
 */
import { concat } from '../bytes.ts';
import type { Decompressor, Decompressors } from '../fields.ts';
import { CODINGS_LIMIT, INFLATED_LIMIT } from '../limits.ts';
import { Inflater, type Emit } from './inflate.ts';
import { hexByte } from '../text.ts';

/** Names that say that there is no coding; `none` stands in no standard. */
const PLAIN = new Set(['', 'identity', 'none']);

/**
 * The codings of a body, RFC 9110, 8.4, in small letters and in the order in
 * which they were applied: those not known here, too.
 * @param contentEncoding the value of Content-Encoding
 */
export function codingsOf(contentEncoding: string): string[] {
  if (contentEncoding === '') return [];
  return contentEncoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => !PLAIN.has(name));
}

/** Takes gzip or deflate off. */
class Unpacking implements Decompressor {
  #unpacker: Unpacker;
  #pieces: Uint8Array[] = [];

  constructor(coding: 'gzip' | 'deflate') {
    this.#unpacker = new Unpacker(coding);
  }

  get problem(): string | undefined {
    return this.#unpacker.problem;
  }

  write(bytes: Uint8Array, most: number): Uint8Array {
    this.#unpacker.allowance = most;
    this.#unpacker.write(bytes, 0, bytes.length, this.#keep);
    if (this.#pieces.length === 0) return NOTHING;
    const plain = concat(this.#pieces);
    this.#pieces = [];
    return plain;
  }

  close(): void {
    // There is nothing but memory.
  }

  readonly #keep: Emit = (bytes, from, to) =>
    void (from < to && this.#pieces.push(bytes.slice(from, to)));
}

/** Takes several codings off, the one that was applied last first. */
class Chain implements Decompressor {
  #links: Decompressor[];

  constructor(links: Decompressor[]) {
    this.#links = links;
  }

  get problem(): string | undefined {
    return this.#links.find(({ problem }) => problem)?.problem;
  }

  write(bytes: Uint8Array, most: number): Uint8Array {
    return this.#links.reduce((plain, link) => link.write(plain, most), bytes);
  }

  close(): void {
    for (const link of this.#links) link.close();
  }
}

const NOTHING = new Uint8Array(0);

function makerOf(
  name: string,
  decompressors: Decompressors,
): (() => Decompressor) | undefined {
  if (name === 'gzip' || name === 'x-gzip') return () => new Unpacking('gzip');
  if (name === 'deflate') return () => new Unpacking('deflate');
  // Not a name that every object has.
  return Object.hasOwn(decompressors, name) ? decompressors[name] : undefined;
}

/** Whether all of these codings can be taken off. */
export function canTakeOff(
  codings: readonly string[],
  decompressors: Decompressors,
): boolean {
  return (
    codings.length <= CODINGS_LIMIT &&
    codings.every((name) => makerOf(name, decompressors))
  );
}

/**
 * What takes these codings off, see `codingsOf`; undefined where nothing can.
 * @param decompressors for codings other than gzip and deflate
 */
export function decompressorOf(
  codings: readonly string[],
  decompressors: Decompressors,
): Decompressor | undefined {
  if (codings.length === 0 || !canTakeOff(codings, decompressors))
    return undefined;
  const links = codings.map((name) => makerOf(name, decompressors)!());
  return links.length === 1 ? links[0] : new Chain(links.toReversed());
}

// RFC 1952, 2.3.1: which optional parts a gzip header has.
const HAS_CRC = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;

type Part =
  | 'start'
  | 'gzip header'
  | 'extra length'
  | 'extra'
  | 'name'
  | 'comment'
  | 'crc'
  | 'zlib header'
  | 'data'
  | 'trailer'
  | 'after'
  | 'failed';

/** Takes gzip or deflate off, one byte stream, in any pieces. */
export class Unpacker {
  /** Why it stopped; what it expected and found. */
  problem: string | undefined;
  #coding: 'gzip' | 'deflate';
  #part: Part = 'start';
  #inflater = new Inflater();
  #flags = 0;
  #count = 0;
  #first = 0;

  constructor(coding: 'gzip' | 'deflate') {
    this.#coding = coding;
  }

  /** How many more plain bytes it may make. */
  get allowance(): number {
    return this.#inflater.allowance;
  }

  set allowance(count: number) {
    this.#inflater.allowance = count;
  }

  /** Takes `bytes[from..to)`; hands out all plain bytes they complete. */
  write(bytes: Uint8Array, from: number, to: number, emit: Emit): void {
    let next = from;
    while (next < to && this.#part !== 'failed') {
      if (this.#part === 'data') {
        next = this.#inflater.write(bytes, next, to, emit);
        this.problem = this.#inflater.problem;
        if (this.problem) this.#part = 'failed';
        else if (this.#inflater.done) this.#enter('trailer');
      } else {
        this.#byte(bytes[next++]!, emit);
      }
    }
  }

  #enter(part: Part): void {
    this.#part = part;
    this.#count = 0;
  }

  #fail(problem: string): void {
    this.problem = problem;
    this.#part = 'failed';
  }

  #byte(byte: number, emit: Emit): void {
    this.#count++;
    switch (this.#part) {
      case 'start':
        this.#first = byte;
        if (this.#coding === 'deflate') return this.#enter('zlib header');
        if (byte === 0x1f) return this.#enter('gzip header');
        return this.#fail(`expected gzip's 1f 8b, found ${hexByte(byte)}`);
      case 'zlib header':
        return this.#zlibHeader(byte, emit);
      case 'gzip header':
        return this.#gzipHeader(byte);
      case 'extra length':
        if (this.#count === 1) this.#first = byte;
        else this.#extraLength(this.#first | (byte << 8));
        return;
      case 'extra':
        if (this.#count === this.#first) this.#nextPart();
        return;
      case 'name':
      case 'comment':
        if (byte === 0) this.#nextPart();
        return;
      case 'crc':
        if (this.#count === 2) this.#nextPart();
        return;
      case 'trailer':
        // gzip: checksum and size; zlib: checksum.
        if (this.#count === (this.#coding === 'gzip' ? 8 : 4))
          this.#enter('after');
        return;
      default:
        // After the end another gzip member may follow; padding is ignored.
        if (this.#coding === 'gzip' && byte === 0x1f) this.#another();
    }
  }

  #another(): void {
    const { allowance } = this.#inflater;
    this.#inflater = new Inflater();
    this.#inflater.allowance = allowance;
    this.#enter('gzip header');
  }

  #gzipHeader(byte: number): void {
    if (this.#count === 1 && byte !== 0x8b)
      this.#fail(`expected gzip's 1f 8b, found 1f ${hexByte(byte)}`);
    else if (this.#count === 2 && byte !== 8)
      this.#fail(`expected compression method 8 (deflate), found ${byte}`);
    else if (this.#count === 3) this.#flags = byte;
    // Then a time, extra flags and the operating system: 6 bytes.
    else if (this.#count === 9) this.#nextPart();
  }

  /** Each optional part clears its flag, in the order of RFC 1952. */
  #nextPart(): void {
    const has = (flag: number): boolean => {
      const is = (this.#flags & flag) !== 0;
      this.#flags &= ~flag;
      return is;
    };
    if (has(HAS_EXTRA)) this.#enter('extra length');
    else if (has(HAS_NAME)) this.#enter('name');
    else if (has(HAS_COMMENT)) this.#enter('comment');
    else if (has(HAS_CRC)) this.#enter('crc');
    else this.#enter('data');
  }

  #extraLength(length: number): void {
    this.#first = length;
    if (length === 0) this.#nextPart();
    else this.#enter('extra');
  }

  #zlibHeader(second: number, emit: Emit): void {
    this.#enter('data');
    const isZlib =
      (this.#first & 15) === 8 && ((this.#first << 8) | second) % 31 === 0;
    if (isZlib) return;
    // Some servers send bare DEFLATE under this name (RFC 9110, 8.4.1.2).
    this.write(Uint8Array.of(this.#first, second), 0, 2, emit);
  }
}

/**
 * A whole body without its codings, as far as `INFLATED_LIMIT` allows.
 * @param codings see `codingsOf`
 * @returns the plain bytes, and a problem if they are not all; or the bytes as
 *   they are, and `isCoded`, where nothing takes a coding off
 */
export function decodeBody(
  bytes: Uint8Array,
  codings: readonly string[],
  decompressors: Decompressors = {},
): { bytes: Uint8Array; problem: string | undefined; isCoded: boolean } {
  const decompressor = decompressorOf(codings, decompressors);
  if (!decompressor) {
    const isCoded = codings.length > 0;
    const problem = 'nothing here can take that off';
    return { bytes, problem: isCoded ? problem : undefined, isCoded };
  }
  const plain = decompressor.write(bytes, INFLATED_LIMIT);
  const { problem } = decompressor;
  decompressor.close();
  return { bytes: plain, problem, isCoded: false };
}
