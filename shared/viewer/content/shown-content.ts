/**
 * What a unit carries, as people read it: JSON with a line for each value, a
 * form name by name, text as text. Everything else is bytes. Pure; the pane
 * draws it, and compares it.
 */
import type { UnitContent } from '@on-the-wire/wire/fields.ts';
import { latin1 } from '@on-the-wire/wire/text.ts';
import { readMultipart, readUrlEncoded, type FormPart } from './forms.ts';
import { prettyJson } from './pretty-json.ts';

/** How a content is read. */
export type ShownContent =
  | {
      as: 'JSON';
      /** With a line for each value. */
      pretty: string;
      /** As it came. */
      text: string;
      /** False where the JSON ends too early. */
      isWhole: boolean;
    }
  | { as: 'form'; entries: [name: string, value: string][]; text: string }
  | { as: 'parts'; parts: FormPart[] }
  | {
      as: 'text';
      text: string;
      /** It is not UTF-8: each byte is the character of the same number. */
      isLatin1: boolean;
    }
  | { as: 'bytes' };

// What no text has. Tab, line feed, form feed, carriage return and escape are
// text; a NUL is not.
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\u007f]/;
const TEXT_TYPE =
  /^(?:text\/|application\/(?:.*[+-])?(?:json|xml|javascript|ecmascript|yaml|sql|graphql|x-www-form-urlencoded|x-ndjson|jsonl)\b|image\/svg\+xml)/i;
const BYTES_TYPE = /^(?:image|audio|video|font)\//i;
const JSON_START = /^\s*[[{]/;

/** Decides how a content is read, by its media type and its bytes. */
export function showContent({ bytes, type }: UnitContent): ShownContent {
  if (/^multipart\//i.test(type)) {
    const parts = readMultipart(bytes);
    if (parts) return { as: 'parts', parts };
  }
  const isNamed = TEXT_TYPE.test(type);
  if (!isNamed && BYTES_TYPE.test(type)) return { as: 'bytes' };
  const text = utf8Text(bytes);
  if (text === undefined || (!isNamed && CONTROLS.test(text))) {
    return isNamed
      ? { as: 'text', text: latin1(bytes), isLatin1: true }
      : { as: 'bytes' };
  }
  if (/^application\/x-www-form-urlencoded$/i.test(type))
    return { as: 'form', entries: readUrlEncoded(text), text };
  // A record separator begins each value of a sequence (RFC 7464, 2.1).
  const values = text.startsWith('\u001e')
    ? text.replaceAll('\u001e', '')
    : text;
  if (JSON_START.test(values) || /^application\/(?:.*\+)?json$/i.test(type)) {
    const json = prettyJson(values);
    if (json)
      return { as: 'JSON', pretty: json.text, text, isWhole: json.isWhole };
  }
  return { as: 'text', text, isLatin1: false };
}

/**
 * The lines by which a content is compared with another.
 *
 * @returns undefined where it is bytes
 */
export function contentLines(content: UnitContent): string[] | undefined {
  const shown = showContent(content);
  switch (shown.as) {
    case 'JSON':
      return textLines(shown.pretty);
    case 'form':
      return shown.entries.map(([name, value]) => `${name} = ${value}`);
    case 'parts':
      return shown.parts.flatMap(({ name, filename, type, bytes }) => [
        partTitle({ name, filename, type, bytes }),
        ...(contentLines({ bytes, type }) ?? [bytesInWords(bytes)]),
      ]);
    case 'text':
      return textLines(shown.text);
    case 'bytes':
      return undefined;
  }
}

/** The lines of a text; line ends of any kind, where all are of that kind. */
export function textLines(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop()!;
  if (last !== '') lines.push(last);
  const ends = last === '' ? lines : lines.slice(0, -1);
  return ends.length > 0 && ends.every((line) => line.endsWith('\r'))
    ? lines.map((line) => line.replace(/\r$/, ''))
    : lines;
}

/** `photo: file "a.png", image/png, 12 bytes` */
export function partTitle({ name, filename, type, bytes }: FormPart): string {
  const file = filename === undefined ? '' : `file “${filename}”, `;
  return `${name}: ${file}${type && `${type}, `}${bytesInWords(bytes)}`;
}

const bytesInWords = ({ length }: Uint8Array) =>
  length === 1 ? '1 byte' : `${length.toLocaleString('en')} bytes`;

/**
 * UTF-8 as text. A body in parts may be cut within a character: the ends are
 * not held against it.
 */
function utf8Text(bytes: Uint8Array): string | undefined {
  let from = 0;
  while (from < 3 && from < bytes.length && (bytes[from]! & 0xc0) === 0x80)
    from++;
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes.subarray(from), { stream: true });
  } catch {
    return undefined;
  }
}
