/** Words and numbers as the summaries write them. */
import { TEXT_BYTES, TEXT_SHOWN } from './limits.ts';
import { Utf8Check } from './utf8-check.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * A browser keeps a list of the texts that its decoder has made, and walks
 * through it whenever it collects garbage: 100,000 short ones stop a page for
 * 50 ms. Those that the language makes are in no list.
 */
const IS_LISTED = 'document' in globalThis;

/** A text of at most so many bytes is short. */
const LISTED = 256;

/** UTF-8 to text; what is not UTF-8 becomes U+FFFD. */
export function utf8(bytes: Uint8Array): string {
  if (IS_LISTED && bytes.length <= LISTED && bytes.every((byte) => byte < 0x80))
    return ascii(bytes, 0, bytes.length);
  return decoder.decode(bytes);
}

/** A text of at most so many bytes is made faster without the decoder. */
const SHORT = 32;

/** Each byte as the character of the same number, as headers are read. */
export function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  if (to - from <= SHORT) return short(bytes, from, Math.min(to, bytes.length));
  let text = '';
  let start = from;
  for (let at = from; at < to; at++) {
    if (bytes[at]! < 0x80) continue;
    // Almost always there is nothing but ASCII, which is UTF-8 too.
    text += ascii(bytes, start, at) + String.fromCharCode(bytes[at]!);
    start = at + 1;
  }
  return text + ascii(bytes, start, to);
}

/** Four at a time: a call for each byte would take longer than the decoder. */
function short(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  let at = from;
  for (; at + 4 <= to; at += 4)
    text += String.fromCharCode(
      bytes[at]!,
      bytes[at + 1]!,
      bytes[at + 2]!,
      bytes[at + 3]!,
    );
  for (; at < to; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  if (from >= to) return '';
  const part = bytes.subarray(from, to);
  return IS_LISTED && part.length <= LISTED
    ? String.fromCharCode(...part)
    : decoder.decode(part);
}

/** 1234567 → `1,234,567` */
export function number(value: number): string {
  const digits = String(value);
  if (digits.length < 4) return digits;
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** 1 → `1 byte`, 1500 → `1,500 bytes` */
export function byteCount(value: number): string {
  return value === 1 ? '1 byte' : `${number(value)} bytes`;
}

/** 2 → `02`, as bytes are written everywhere. */
export function hexByte(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/** `81 05 48`; at most `most` bytes, then `…`. */
export function hex(bytes: Uint8Array, most = bytes.length): string {
  const shown = Array.from(bytes.subarray(0, most), hexByte).join(' ');
  return most < bytes.length ? `${shown} …` : shown;
}

/** A byte in a sentence: `0x41 ("A")`. */
export function namedByte(value: number): string {
  const name = `0x${hexByte(value)}`;
  if (value === 0x0d) return `${name} (CR)`;
  if (value === 0x0a) return `${name} (LF)`;
  if (value < 0x20 || value > 0x7e) return name;
  return `${name} ("${String.fromCharCode(value)}")`;
}

// Controls, and what changes the direction or the look of the text around it.
const UNPRINTABLE =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

const SHORT_ESCAPES: Record<string, string> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * Text that a peer sent, made safe for one line of a terminal: no control
 * character is left, so nothing can move the cursor or reverse the text.
 */
export function printable(text: string): string {
  // Almost always it is, and a look is faster than a search.
  if (isPlain(text)) return text;
  return text.replace(
    UNPRINTABLE,
    (character) =>
      SHORT_ESCAPES[character] ??
      `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** The beginning of a text, printable, at most `most` characters, then `…`. */
export function shortened(text: string, most = 60): string {
  // Cut first: what is thrown away need not be made printable.
  if (text.length <= most) return printable(text);
  const cut = text.charCodeAt(most - 1);
  // Never between the two halves of a character.
  const end = cut >= 0xd800 && cut < 0xdc00 ? most - 1 : most;
  return `${printable(text.slice(0, end))}…`;
}

// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
const LF = 10;
const SPACE = 32;
/** A line end in JSON, and the indentation around it. */
const LAYOUT = /\s*[\n\r]\s*/g;
// oxlint-disable-next-line no-control-regex
const NOT_TEXT = /[\ufffd\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

/**
 * The beginning of bytes as a summary quotes it: ` “Hello”`; '' of those that
 * are not text.
 * @param bytes their first 128 are enough
 */
export function preview(bytes: Uint8Array, most = 30): string {
  // A character at the end may be cut: it is not looked at.
  const text = utf8(bytes.subarray(0, 128));
  if (text === '' || NOT_TEXT.test(text.slice(0, most))) return '';
  return ` “${shortened(text, most)}”`;
}

/**
 * The beginning of `bytes[from..to)` as it stands in a unit's line: on one line,
 * at most `TEXT_SHOWN` characters, the last of them `…` where there is more.
 * JSON that was laid out in lines loses its line ends and indentation; a
 * character that is cut at either end, as in a chunk, is not shown.
 * @returns undefined of no bytes, and of bytes that are not text in UTF-8: only
 *   the first `TEXT_BYTES` are asked
 */
export function textShown(
  bytes: Uint8Array,
  from = 0,
  to = bytes.length,
): string | undefined {
  if (from >= to) return undefined;
  // Almost always there is nothing but ASCII, which needs no other look.
  const end = Math.min(to, from + TEXT_SHOWN);
  let at = from;
  while (at < end && bytes[at]! >= 0x20 && bytes[at]! < 0x7f) at++;
  if (at < end) return shownEnded(bytes, from, at, to);
  if (at < to) return `${ascii(bytes, from, at - 1)}…`;
  return to - from <= SHORT ? latin1(bytes, from, to) : ascii(bytes, from, to);
}

/** So many characters of ASCII, one after the other, are taken for a text. */
const RUN = 4;

/**
 * The texts that stand among other bytes, as in PostgreSQL's messages, with
 * ` · ` in place of those: of the first `TEXT_BYTES`, at most `TEXT_SHOWN`
 * characters.
 * @returns undefined where less than half of the bytes are such texts
 */
export function textAmong(
  bytes: Uint8Array,
  from = 0,
  to = bytes.length,
): string | undefined {
  const end = Math.min(to, from + TEXT_BYTES);
  const runs: string[] = [];
  let count = 0;
  for (let at = from, first = from; at <= end; at++) {
    const isText = at < end && bytes[at]! >= 0x20 && bytes[at]! < 0x7f;
    if (isText) continue;
    if (at - first >= RUN) {
      runs.push(ascii(bytes, first, at));
      count += at - first;
    }
    first = at + 1;
  }
  if (count === 0 || count * 2 < end - from) return undefined;
  return cutShown(runs.join(' · '), end < to);
}

/** Often the line end of the last line is all that is not printable ASCII. */
function shownEnded(
  bytes: Uint8Array,
  from: number,
  end: number,
  to: number,
): string | undefined {
  const isLast = end === to - 1 && bytes[end] === LF && end > from;
  // A space before it is a part of the layout, and two characters must fit.
  if (!isLast || bytes[end - 1] === SPACE || to - from >= TEXT_SHOWN)
    return shownSlowly(bytes, from, to);
  const text =
    end - from <= SHORT ? latin1(bytes, from, end) : ascii(bytes, from, end);
  return text + (isJson(text) ? ' ' : SHORT_ESCAPES['\n']!);
}

/** An object or an array, by how it begins. */
function isJson(text: string): boolean {
  return text.startsWith('{') || text.startsWith('[');
}

/** With escapes, and with characters of several bytes. */
function shownSlowly(
  bytes: Uint8Array,
  from: number,
  to: number,
): string | undefined {
  const end = Math.min(to, from + TEXT_BYTES);
  let first = from;
  while (first < from + 3 && isContinuation(bytes[first])) first++;
  const check = new Utf8Check();
  if (check.push(bytes, first, end) >= 0) return undefined;
  let last = end;
  if (!check.complete) {
    do last--;
    while (isContinuation(bytes[last]));
  }
  const text = utf8(bytes.subarray(first, last));
  if (text === '' || CONTROLS.test(text)) return undefined;
  const line = isJson(text) ? text.replaceAll(LAYOUT, ' ') : text;
  return cutShown(line, end < to);
}

/** A byte of a character in UTF-8 that is not its first one. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/**
 * A text printable on one line, with `…` at its end where it is cut.
 * @param hasMore the text is not all that there is
 * @param most characters of the result
 */
export function cutShown(
  text: string,
  hasMore: boolean,
  most = TEXT_SHOWN,
): string {
  const line = printable(text.slice(0, most));
  const isWhole = text.length <= most && line.length <= most;
  if (isWhole && !hasMore) return line;
  const end = Math.min(line.length, most - 1);
  const last = line.charCodeAt(end - 1);
  // Never between the two halves of a character.
  return `${line.slice(0, last >= 0xd800 && last < 0xdc00 ? end - 1 : end)}…`;
}

/** What was found, as it stands in a sentence about a problem. */
export function quoted(text: string, most = 60): string {
  return `"${shortened(text, most)}"`;
}
