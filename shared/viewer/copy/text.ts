/** Bytes as texts, and which of them can be shown and pasted. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 as text; undefined if it is none. */
export function readUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** UTF-8 without NUL, as a text has none: else undefined. */
export function readText(bytes: Uint8Array): string | undefined {
  return bytes.includes(0) ? undefined : readUtf8(bytes);
}

/** Controls, what changes the direction, what is not assigned, line ends. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Whether a text is on one line, and nothing in it is obeyed or invisible. */
export function isPrintable(text: string): boolean {
  return !UNPRINTABLE.test(text);
}
