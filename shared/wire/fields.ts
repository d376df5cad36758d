import { FIELDS_LIMIT, VALUE_LIMIT, VALUES_LIMIT } from './limits.ts';
import type { Range } from './byte-ranges.ts';
import { latin1, number, utf8 } from './text.ts';

/**
 * Takes a content coding off (RFC 9110, 8.4.1), one byte stream in any pieces,
 * and goes on from call to call instead of beginning again.
 */
export interface Decompressor {
  /** Why it stopped; what it expected and found. */
  readonly problem: string | undefined;
  /**
   * @param most how many plain bytes may come of it; more is a `problem`
   * @returns the plain bytes that these complete, their own memory
   */
  write(bytes: Uint8Array, most: number): Uint8Array;
  /** Lets go of its memory: nothing more will be written. */
  close(): void;
}

/**
 * Makes a decompressor, by the name of the coding in small letters: those that
 * only Node has are handed in, so that the wire runs in a page too.
 */
export type Decompressors = Readonly<Record<string, () => Decompressor>>;

/** A part of a unit's bytes that means something. */
export interface Field {
  label: string;
  /** Raw offsets, as in the unit. Empty: it follows from what came before. */
  ranges: Range[];
  value: string;
  meaning: string;
  /** The standard that governs it: `RFC 6455, 5.2`; empty where none does. */
  section: string;
}

/** What a field means, in a few words, and the section that says so, or ''. */
export type Explanation = readonly [meaning: string, section: string];

/** What a dissector may ask of the unit whose bytes it reads. */
export interface DissectedUnit {
  readonly direction: 'up' | 'down';
  readonly kind: string;
  readonly ranges: readonly Range[];
}

/** A unit whose content is wanted, with its own bytes, the ranges joined. */
export interface ContentSource {
  readonly unit: DissectedUnit;
  readonly bytes: Uint8Array;
  readonly decompressors: Decompressors;
}

/**
 * What a unit carries for the programs at both ends: without frames, masks,
 * chunk sizes and codings.
 */
export interface UnitContent {
  readonly bytes: Uint8Array;
  /** Its media type, without parameters (RFC 9110, 8.3.1); '' if none is said. */
  readonly type: string;
  /** The codings that were taken off, as Content-Encoding names them. */
  readonly coding?: string | undefined;
  /** Why `bytes` are not all of it. */
  readonly problem?: string | undefined;
}

/** Knows one kind of unit: its fields, and what it carries. */
export interface FieldDissector {
  dissect(list: FieldList): void;
  /** undefined, and not there, where such a unit carries nothing. */
  content?(source: ContentSource): UnitContent | undefined;
  /** The list of a header block of HTTP/2: name, value, name, value … */
  readonly headers?: readonly string[] | undefined;
}

const NOT_LISTED = {
  label: 'more',
  value: '',
  meaning: 'fields that are not listed',
  section: '',
};

/**
 * Collects the fields of one unit. Dissectors count in the unit's own bytes,
 * from 0; the fields come out in raw offsets, also where the unit is in pieces.
 */
export class FieldList {
  readonly fields: Field[] = [];
  readonly bytes: Uint8Array;
  readonly unit: DissectedUnit;
  readonly decompressors: Decompressors;
  #room = VALUES_LIMIT;
  #more = 0;
  /** The piece that the last search began in, and how many bytes precede it. */
  #piece = 0;
  #passed = 0;

  constructor(
    unit: DissectedUnit,
    bytes: Uint8Array,
    decompressors: Decompressors = {},
  ) {
    this.unit = unit;
    this.bytes = bytes;
    this.decompressors = decompressors;
  }

  /** The bytes in `place`, counted in the unit's own, mean `value`. */
  add(
    label: string,
    place: Range,
    value: string | number,
    about: Explanation,
  ): void {
    if (this.#isFull()) return;
    this.#push(label, this.raw(...place), value, about);
  }

  /** The bytes in `place` are UTF-8. */
  text(label: string, place: Range, about: Explanation): void {
    this.add(label, place, utf8(this.bytes.subarray(...place)), about);
  }

  /** The bytes in `place` are ASCII, or Latin-1 where a peer is old. */
  ascii(label: string, place: Range, about: Explanation): void {
    this.add(label, place, latin1(this.bytes, ...place), about);
  }

  /** Something that no byte of this unit says, but those before it do. */
  known(label: string, value: string | number, about: Explanation): void {
    if (this.#isFull()) return;
    this.#push(label, [], value, about);
  }

  /** Tells how many fields were one too many. */
  finish(): Field[] {
    if (this.#more > 0)
      this.fields.push({
        ...NOT_LISTED,
        ranges: [],
        value: number(this.#more),
      });
    return this.fields;
  }

  #isFull(): boolean {
    if (this.fields.length < FIELDS_LIMIT) return false;
    this.#more++;
    return true;
  }

  #push(
    label: string,
    ranges: Range[],
    said: string | number,
    [meaning, section]: Explanation,
  ): void {
    let value = String(said);
    const most = Math.min(VALUE_LIMIT, this.#room);
    this.#room -= Math.min(value.length, most);
    if (value.length > most)
      value = `${value.slice(0, most)}… (${number(value.length - most)} more)`;
    this.fields.push({ label, ranges, value, meaning, section });
  }

  /** Where the unit's own bytes `from` to `to` are on the connection. */
  raw(from: number, to: number): Range[] {
    const all = this.unit.ranges;
    if (from < this.#passed) {
      this.#piece = 0;
      this.#passed = 0;
    }
    for (; this.#piece < all.length; this.#piece++) {
      const [start, end] = all[this.#piece]!;
      if (this.#passed + end - start > from) break;
      this.#passed += end - start;
    }
    const ranges: Range[] = [];
    let passed = this.#passed;
    for (let at = this.#piece; at < all.length && passed < to; at++) {
      const [start, end] = all[at]!;
      const first = Math.max(from, passed);
      const last = Math.min(to, passed + end - start);
      if (first < last)
        ranges.push([start + first - passed, start + last - passed]);
      passed += end - start;
    }
    return ranges;
  }
}
