/**
 * Content codings of HTTP, RFC 9110, 8.4.1: gzip (RFC 1952) and deflate (RFC
 * 1950), byte by byte; br whole, where the caller has an unbrotli. Checksums
 * are not compared: TCP and TLS have done that.
 */
import { concat } from '../bytes.ts';
import type { Unbrotli } from '../fields.ts';
import { INFLATED_LIMIT } from '../limits.ts';
import { Inflater, type Emit } from './inflate.ts';
import { byteCount, hexByte } from '../text.ts';

/** What `Content-Encoding` said, if it is a coding that can be taken off. */
export type Coding = 'gzip' | 'deflate' | 'br';

/**
 * The coding of a body, RFC 9110, 8.4.1; undefined for none, or for one not
 * known here.
 * @param contentEncoding the value of Content-Encoding
 */
export function codingOf(contentEncoding: string): Coding | undefined {
  const name = contentEncoding.trim().toLowerCase();
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  if (name === 'deflate' || name === 'br') return name;
  return undefined;
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
 * A whole body without its coding, as far as `INFLATED_LIMIT` allows.
 * @returns the plain bytes; and a problem, if they are not all
 */
export function decodeBody(
  bytes: Uint8Array,
  coding: Coding,
  unbrotli?: Unbrotli,
): { bytes: Uint8Array; problem: string | undefined } {
  if (coding === 'br') {
    const plain = unbrotli?.(bytes, INFLATED_LIMIT);
    const problem = unbrotli
      ? `not brotli, or more than ${byteCount(INFLATED_LIMIT)}`
      : 'nothing here can take brotli off';
    if (!plain) return { bytes: new Uint8Array(0), problem };
    return { bytes: plain, problem: undefined };
  }
  const pieces: Uint8Array[] = [];
  const unpacker = new Unpacker(coding);
  unpacker.allowance = INFLATED_LIMIT;
  unpacker.write(bytes, 0, bytes.length, (plain, from, to) =>
    pieces.push(plain.slice(from, to)),
  );
  return { bytes: concat(pieces), problem: unpacker.problem };
}
