/** The part of what came that a caret points into. */
import { columnsOf } from '@on-the-wire/system/columns.ts';
import { printable } from '@on-the-wire/wire/text.ts';
import type { Shown } from '../failure.ts';

/** What is shown of some bytes. */
export interface Excerpt {
  /** One line, without control characters: `data: Gleis 7\rid: 9\n\n`. */
  text: string;
  /** Before which character of `text` the caret stands. */
  caret?: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Cuts so much that the caret's byte is in it, with what stood before.
 *
 * @param at a byte of `shown`; its length means the end. In a text it means the
 *   character that it is part of: see `byteOf`
 * @param most columns of a terminal; `…` stands for what was left out
 */
export function excerpt(shown: Shown, at?: number, most = 72): Excerpt {
  const bytes = typeof shown === 'string' ? Buffer.from(shown) : shown;
  let split = Math.min(Math.max(at ?? 0, 0), bytes.length);
  if (typeof shown === 'string') split = beginning(bytes, split);
  const before = characters(bytes.subarray(0, split));
  const after = characters(bytes.subarray(split));
  const caret = before.join('').length;
  const all = [...before, ...after];
  if (columnsOf(all.join('')) <= most)
    return { text: all.join(''), ...(at !== undefined && { caret }) };

  // What comes first is what it was meant to be: two thirds of the place.
  let from = before.length;
  for (let room = (most * 2) / 3; from > 0; from -= 1) {
    room -= columnsOf(before[from - 1]!);
    if (room < 0) break;
  }
  const lead = from > 0 ? '…' : '';
  const kept = before.slice(from).join('');
  let text = lead + kept;
  let columns = columnsOf(text);
  let taken = 0;
  for (; taken < after.length; taken += 1) {
    columns += columnsOf(after[taken]!);
    if (columns >= most) break;
    text += after[taken]!;
  }
  if (taken < after.length) text += '…';
  return {
    text,
    ...(at !== undefined && { caret: lead.length + kept.length }),
  };
}

/**
 * Where a character of a text begins, in bytes: for `at`. In a text that is not
 * all ASCII this is not its index.
 *
 * @param character its index in the text, or a part of the text, which is looked
 *   for
 * @returns the length of the text where there is no such part
 */
export function byteOf(text: string, character: number | string): number {
  const index =
    typeof character === 'number' ? character : text.indexOf(character);
  return Buffer.byteLength(index < 0 ? text : text.slice(0, index));
}

/**
 * Where what came leaves what was expected: for a caret.
 *
 * @returns a byte of `came`; its length where it only ends too early
 */
export function differsAt(came: Shown, expected: Shown): number {
  const [one, other] = [Buffer.from(came), Buffer.from(expected)];
  const at = one.findIndex((byte, index) => byte !== other[index]);
  if (at < 0) return one.length;
  // A word's caret stands before a character, not within one.
  return typeof came === 'string' ? beginning(one, at) : at;
}

/** Where the character begins that this byte is part of. */
function beginning(bytes: Uint8Array, at: number): number {
  let begins = at;
  while (begins > 0 && isInside(bytes[begins])) begins -= 1;
  return begins;
}

/** Whether no character begins with this byte. */
const isInside = (byte = 0) => (byte & 0xc0) === 0x80;

/**
 * Each character made visible; bytes that are no UTF-8 as `\x81`. A character
 * of which only one end is here is bytes, and the rest is text all the same.
 */
function characters(bytes: Uint8Array): string[] {
  let from = 0;
  while (from < 3 && isInside(bytes[from])) from += 1;
  let to = beginning(bytes, Math.max(0, bytes.length - 1));
  if (isWhole(bytes.subarray(to))) to = bytes.length;
  const [first, middle, last] = [
    bytes.subarray(0, from),
    bytes.subarray(from, Math.max(from, to)),
    bytes.subarray(Math.max(from, to)),
  ];
  if (isWhole(middle))
    return [
      ...Array.from(first, byteVisible),
      ...[...decoder.decode(middle)].map(printable),
      ...Array.from(last, byteVisible),
    ];
  return Array.from(bytes, byteVisible);
}

function isWhole(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

const byteVisible = (byte: number) =>
  byte < 0x80
    ? printable(String.fromCharCode(byte))
    : `\\x${byte.toString(16).padStart(2, '0')}`;
