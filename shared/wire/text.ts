/** Words and numbers as the summaries write them. */

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** UTF-8 to text; what is not UTF-8 becomes U+FFFD. */
export function utf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A text of at most so many bytes is made faster without the decoder. */
const SHORT = 12;

/** Each byte as the character of the same number, as headers are read. */
export function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let text = '';
  if (to - from <= SHORT) {
    const end = Math.min(to, bytes.length);
    for (let at = from; at < end; at++) text += String.fromCharCode(bytes[at]!);
    return text;
  }
  let start = from;
  for (let at = from; at < to; at++) {
    if (bytes[at]! < 0x80) continue;
    // Almost always there is nothing but ASCII, which is UTF-8 too.
    text += ascii(bytes, start, at) + String.fromCharCode(bytes[at]!);
    start = at + 1;
  }
  return text + ascii(bytes, start, to);
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return from < to ? decoder.decode(bytes.subarray(from, to)) : '';
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

/** What was found, as it stands in a sentence about a problem. */
export function quoted(text: string, most = 60): string {
  return `"${shortened(text, most)}"`;
}
