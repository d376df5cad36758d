/** The part of what came that a caret points into. */
import { printable } from '@on-the-wire/wire/text.ts';
import type { Shown } from '../failure.ts';

/** What is shown of some bytes. */
export interface Excerpt {
  /** One line, without control characters: `data: Gleis 7\rid: 9\n\n`. */
  text: string;
  /** Before which character of `text` the caret stands. */
  caret?: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Cuts so much that the caret's byte is in it, with what stood before.
 *
 * @param at a byte of `shown`; its length means the end
 * @param most characters; `…` stands for what was left out
 */
export function excerpt(shown: Shown, at?: number, most = 72): Excerpt {
  const bytes = typeof shown === 'string' ? Buffer.from(shown) : shown;
  const before = characters(bytes.subarray(0, at ?? 0));
  const after = characters(bytes.subarray(at ?? 0));
  const caret = before.join('').length;
  const all = [...before, ...after];
  if (all.join('').length <= most)
    return { text: all.join(''), ...(at !== undefined && { caret }) };

  // What comes first is what it was meant to be: two thirds of the place.
  let from = before.length;
  for (let room = (most * 2) / 3; from > 0 && room > 0; from -= 1)
    room -= before[from - 1]!.length;
  const lead = from > 0 ? '…' : '';
  const kept = before.slice(from).join('');
  let text = lead + kept;
  let taken = 0;
  while (taken < after.length && text.length + after[taken]!.length < most)
    text += after[taken++];
  if (taken < after.length) text += '…';
  return {
    text,
    ...(at !== undefined && { caret: lead.length + kept.length }),
  };
}

/**
 * Where what came leaves what was expected: for a caret.
 *
 * @returns a byte of `came`; its length where it only ends too early
 */
export function differsAt(came: Shown, expected: Shown): number {
  const [one, other] = [Buffer.from(came), Buffer.from(expected)];
  let at = one.findIndex((byte, index) => byte !== other[index]);
  if (at < 0) return one.length;
  if (typeof came !== 'string') return at;
  // A word's caret stands before a character, not within one.
  while ((one[at]! & 0xc0) === 0x80) at -= 1;
  return at;
}

/** Each character made visible; bytes that are no UTF-8 as `\x81`. */
function characters(bytes: Uint8Array): string[] {
  try {
    return [...decoder.decode(bytes)].map(printable);
  } catch {
    return Array.from(bytes, (byte) =>
      byte < 0x80
        ? printable(String.fromCharCode(byte))
        : `\\x${byte.toString(16).padStart(2, '0')}`,
    );
  }
}
