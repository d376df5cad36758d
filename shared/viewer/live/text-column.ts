/**
 * Texts of the lines of a run, of which the last are kept: as bytes, in memory
 * of their own. 100,000 texts that live for a while, and then do not, keep the
 * garbage collector busy for longer than it takes to make them.
 */
import { latin1 } from '@on-the-wire/wire/text.ts';

/** So many lines that follow each other share a page. */
const LINES = 1_024;
/** Bytes of a page when it is new; it doubles as it needs. */
const PAGE = 65_536;
/** Of a line without a text. */
const NONE = 0xffff_ffff;
/** Set in a length: two bytes for each character. */
const WIDE = 0x8000_0000;
/** So many characters become a text at a time. */
const AT_ONCE = 1_024;

/** Memory of the texts of some lines. */
interface Page {
  bytes: Uint8Array;
  used: number;
}

/** Numbers of a line: where its texts begin, and how long each is. */
const PLACES = 3;

/** A column of texts: of each line its summary, and what it carries. */
export class TextColumn {
  readonly #size: number;
  readonly #pages: Page[] = [];
  readonly #pageCount: number;
  /** Where in its page each line begins; the bytes of its summary and text. */
  readonly #places: Uint32Array;

  /** @param size how many lines are kept */
  constructor(size: number) {
    this.#size = size;
    // One more: the oldest lines that are kept may share their page with older
    // ones.
    this.#pageCount = Math.ceil(size / LINES) + 1;
    this.#places = new Uint32Array(size * PLACES);
  }

  /**
   * Adds the texts of the next line.
   *
   * @param n the number of the line: 0, 1, 2, … without a gap
   * @param text undefined where it has none
   */
  add(n: number, summary: string, text: string | undefined): void {
    const at = (n % this.#size) * PLACES;
    const page = this.#pageOf(n);
    // What was here is of lines that are no longer kept.
    if (n % LINES === 0) page.used = 0;
    const places = this.#places;
    places[at] = page.used;
    places[at + 1] = append(page, summary);
    places[at + 2] = text === undefined ? NONE : append(page, text);
  }

  /** The summary of a line that is kept. */
  summary(n: number): string {
    const at = (n % this.#size) * PLACES;
    return this.#read(n, this.#places[at]!, this.#places[at + 1]!);
  }

  /** The text of a line that is kept; undefined where it has none. */
  text(n: number): string | undefined {
    const at = (n % this.#size) * PLACES;
    const length = this.#places[at + 2]!;
    if (length === NONE) return undefined;
    const start = this.#places[at]! + (this.#places[at + 1]! & ~WIDE);
    return this.#read(n, start, length);
  }

  #read(n: number, start: number, length: number): string {
    const { bytes } = this.#pageOf(n);
    if (length < WIDE) return latin1(bytes, start, start + length);
    return readWide(bytes, start, start + length - WIDE);
  }

  #pageOf(n: number): Page {
    const place = Math.floor(n / LINES) % this.#pageCount;
    return (this.#pages[place] ??= { bytes: new Uint8Array(PAGE), used: 0 });
  }
}

/** Adds a text to a page; returns how many bytes it has there, and `WIDE`. */
function append(page: Page, text: string): number {
  const start = page.used;
  const room = start + text.length * 2;
  if (room > page.bytes.length) page.bytes = wider(page.bytes, room);
  if (writtenLatin1(page.bytes, start, text)) {
    page.used += text.length;
    return text.length;
  }
  writeWide(page.bytes, start, text);
  page.used = room;
  return (room - start) | WIDE;
}

/** Writes a byte for each character; false where one needs more. */
function writtenLatin1(
  bytes: Uint8Array,
  start: number,
  text: string,
): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) return false;
    bytes[start + i] = code;
  }
  return true;
}

function writeWide(bytes: Uint8Array, start: number, text: string): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    bytes[start + 2 * i] = code & 0xff;
    bytes[start + 2 * i + 1] = code >> 8;
  }
}

function readWide(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += 2 * AT_ONCE) {
    const codes: number[] = [];
    const to = Math.min(end, at + 2 * AT_ONCE);
    for (let i = at; i < to; i += 2)
      codes.push(bytes[i]! | (bytes[i + 1]! << 8));
    text += String.fromCharCode(...codes);
  }
  return text;
}

function wider(bytes: Uint8Array, room: number): Uint8Array {
  const made = new Uint8Array(Math.max(room, bytes.length * 2));
  made.set(bytes);
  return made;
}
