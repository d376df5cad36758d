/** What a form sent, name by name: the two media types that browsers send. */
import { beginsWith, concat } from '@on-the-wire/wire/bytes.ts';
import { utf8 } from '@on-the-wire/wire/text.ts';

/** Parts that are looked at, counted. */
const PARTS_LIMIT = 1_000;
const HEADERS_LIMIT = 8_192; // bytes of one part

/** One part of a multipart body. */
export interface FormPart {
  /** '' where its headers name none. */
  name: string;
  /** undefined where it is no file. */
  filename: string | undefined;
  /** Its media type, without parameters; '' where none is said. */
  type: string;
  bytes: Uint8Array;
}

/**
 * Reads `application/x-www-form-urlencoded` (URL, 5.1): names and
 * values, in their order.
 */
export function readUrlEncoded(text: string): [name: string, value: string][] {
  return [...new URLSearchParams(text)];
}

/**
 * Reads the parts of a multipart body (RFC 2046, 5.1; RFC 7578). The boundary
 * is read from its first line, since it stands in a header of another unit.
 *
 * @returns undefined where it does not begin with a boundary, or no part ends;
 *   1,000 parts are the most
 */
export function readMultipart(bytes: Uint8Array): FormPart[] | undefined {
  const firstEnd = find(bytes, CRLF, 0);
  if (firstEnd < 3 || firstEnd > 72 || bytes[0] !== DASH || bytes[1] !== DASH)
    return undefined;
  const boundary = concat([CRLF, bytes.subarray(0, firstEnd)]);
  const parts: FormPart[] = [];
  let at = firstEnd + 2;
  while (parts.length < PARTS_LIMIT) {
    // Of a part without a byte the line before it ends where it does.
    const end = find(bytes, boundary, at - 2);
    if (end < 0) break;
    parts.push(readPart(bytes.subarray(at, Math.max(at, end))));
    const lineEnd = find(bytes, CRLF, end + boundary.length);
    const isLast =
      bytes[end + boundary.length] === DASH &&
      bytes[end + boundary.length + 1] === DASH;
    if (isLast || lineEnd < 0) break;
    at = lineEnd + 2;
  }
  return parts.length === 0 ? undefined : parts;
}

const DASH = 0x2d;
const CRLF = Uint8Array.of(0x0d, 0x0a);
const BLANK = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a);

function readPart(part: Uint8Array): FormPart {
  const isBare = part[0] === 0x0d && part[1] === 0x0a;
  const blank = isBare ? -2 : find(part.subarray(0, HEADERS_LIMIT), BLANK, 0);
  const headersEnd = isBare ? 0 : blank;
  if (headersEnd < 0)
    return { name: '', filename: undefined, type: '', bytes: part };
  const headers = new Map<string, string>();
  for (const line of utf8(part.subarray(0, headersEnd)).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0)
      headers.set(
        line.slice(0, colon).trim().toLowerCase(),
        line.slice(colon + 1).trim(),
      );
  }
  const disposition = headers.get('content-disposition') ?? '';
  return {
    name: parameter(disposition, 'name') ?? '',
    filename: parameter(disposition, 'filename'),
    type: (headers.get('content-type') ?? '').split(';')[0]!.trim(),
    bytes: part.subarray(blank + BLANK.length),
  };
}

/** Browsers write `%22` for a quote, as the HTML Standard says; others `\"`. */
function parameter(header: string, name: string): string | undefined {
  const found = new RegExp(
    `;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`,
    'i',
  ).exec(header);
  if (!found) return undefined;
  const [, quoted, token] = found;
  return quoted === undefined
    ? token
    : quoted
        .replaceAll(/\\(["\\])/g, '$1')
        .replaceAll(/%(22|0A|0D)/g, (hex) => decodeURIComponent(hex));
}

/** The index of the first `wanted` from `from` on; -1 where there is none. */
function find(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const first = wanted[0]!;
  for (
    let at = bytes.indexOf(first, Math.max(0, from));
    at >= 0;
    at = bytes.indexOf(first, at + 1)
  )
    if (beginsWith(bytes, at, wanted)) return at;
  return -1;
}
