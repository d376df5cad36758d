/** Masks the secrets in the body of a message. */
import { beginsWith } from '../bytes.ts';
import { codingsOf, decodeBody } from '../coding/content-coding.ts';
import type { UnitContent } from '../fields.ts';
import { INFLATED_LIMIT } from '../limits.ts';
import { coverWhole, maskRanges, type Codings } from './bytes.ts';
import { maskFields } from './header-section.ts';
import { maskHtml } from './html.ts';
import { coverText, maskCutEnd, maskText, type Reading } from './text.ts';
import { isSecretName } from './secrets.ts';
import { latin1 } from '../text.ts';
import type { Range } from '../byte-ranges.ts';

const LF = 10;
const CR = 13;

/** What a header section says about its body. */
export interface BodyKind {
  /** The value of Content-Type. */
  type: string;
  /** All codings, those of the content before those of the transfer. */
  codings: readonly string[];
  /** Its end did not come. */
  isCut?: boolean;
}

/**
 * Masks a body, in place. A compressed one becomes asterisks as a whole if it
 * holds a secret, or if its coding cannot be taken off.
 *
 * @returns whether anything was masked
 */
export function maskBody(
  bytes: Uint8Array,
  { type, codings, isCut = false }: BodyKind,
  known: Codings,
): boolean {
  const coded = codings.filter(
    (name) => !['', 'identity', 'none'].includes(name),
  );
  if (coded.length === 0) {
    const found = maskPlain(bytes, type);
    return (isCut && maskCutEnd(bytes)) || found;
  }
  if (bytes.length === 0) return false;
  let plain: Uint8Array | undefined = bytes;
  for (const coding of coded.toReversed())
    plain &&= takeOff(plain, coding, known);
  // After the end of a compressed body there may be anything; and that it was
  // cut off is not always known.
  const isFine =
    plain &&
    !maskPlain(new Uint8Array(plain), type) &&
    !maskCutEnd(new Uint8Array(plain)) &&
    !maskText(new Uint8Array(bytes));
  if (isFine) return false;
  coverWhole(bytes, [[0, bytes.length]]);
  return true;
}

/**
 * A copy of what a unit carries, its codings off, with asterisks for secrets: a
 * recording keeps its bytes, so that what is compressed becomes asterisks there
 * as a whole; a text that is made of it need not.
 *
 * @param content whole: a piece may be told from a secret only with the others
 */
export function contentWithoutSecrets({
  bytes,
  type,
}: Pick<UnitContent, 'bytes' | 'type'>): Uint8Array {
  const masked = new Uint8Array(bytes);
  maskPlain(masked, type);
  maskCutEnd(masked);
  return masked;
}

function takeOff(
  bytes: Uint8Array,
  name: string,
  known: Codings,
): Uint8Array | undefined {
  const take = known[name];
  if (take) return take(bytes, INFLATED_LIMIT);
  const { bytes: plain, problem } = decodeBody(bytes, codingsOf(name));
  return problem ? undefined : plain;
}

/** In what is mostly a program, or made of one. */
const CODE = /(?:javascript|ecmascript|typescript|css|html|wasm)\b/;

const HTML = /html\b/;

function maskPlain(bytes: Uint8Array, typeField: string): boolean {
  const type = typeField.split(';', 1)[0]!.trim().toLowerCase();
  if (type.startsWith('multipart/')) return maskParts(bytes);
  let reading: Reading = 'text';
  if (type === 'application/x-www-form-urlencoded') reading = 'form';
  else if (CODE.test(type)) reading = 'code';
  if (type === 'text/event-stream') return maskEvents(bytes);
  const inTags = HTML.test(type) && maskHtml(bytes);
  return maskText(bytes, reading) || inTags;
}

/** Where the next line begins. */
function nextLine(bytes: Uint8Array, from: number): number {
  const found = bytes.indexOf(LF, from);
  return found < 0 ? bytes.length : found + 1;
}

/** RFC 7578: parts by their names; and what is in the others. */
function maskParts(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length && latin1(bytes, at, at + 2) !== '--')
    at = nextLine(bytes, at);
  const boundary = bytes.slice(at, lineEnd(bytes, at));
  let found = maskText(bytes, 'text', 0, at);
  while (at < bytes.length) {
    const from = nextLine(bytes, at);
    let to = from;
    while (to < bytes.length && !beginsWith(bytes, to, boundary))
      to = nextLine(bytes, to);
    if (maskPart(bytes, from, lineEnd(bytes, to - 1, -1))) found = true;
    at = to;
  }
  return found;
}

/** Where the line's text ends that begins at `from`; or backwards from it. */
function lineEnd(bytes: Uint8Array, from: number, step: 1 | -1 = 1): number {
  let at = from;
  if (step === 1) {
    while (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) at++;
    return at;
  }
  if (bytes[at] === LF) at--;
  if (bytes[at] === CR) at--;
  return at + 1;
}

function maskPart(bytes: Uint8Array, from: number, to: number): boolean {
  let content = from;
  while (content < to && lineEnd(bytes, content) > content)
    content = nextLine(bytes, content);
  const headers = latin1(bytes, from, Math.min(content, to));
  content = Math.min(to, nextLine(bytes, content));
  maskFields(bytes.subarray(from, Math.min(content, to)));
  const isSecret = namesOf(headers).some((name) => isSecretName(name, true));
  if (isSecret) return coverText(bytes, content, to);
  const type = /^content-type:(.*)$/im.exec(headers)?.[1] ?? '';
  const part = bytes.subarray(content, to);
  return type.trim().startsWith('multipart/')
    ? maskText(part)
    : maskPlain(part, type);
}

/** What the part is called: one name, or the same in two ways. */
function namesOf(headers: string): string[] {
  const parameters = headers.matchAll(
    /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g,
  );
  return Array.from(parameters)
    .filter(([, key]) => /^name\*?$/i.test(key!))
    .map(([, , quoted, bare]) =>
      percentDecoded((quoted ?? bare!).replace(/^utf-8''/i, '')),
    );
}

function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

/** The data of each event as the page gets it; all other lines as they are. */
function maskEvents(bytes: Uint8Array): boolean {
  let found = false;
  let data: Range[] = [];
  const note = (isNew: boolean): boolean => {
    found ||= isNew;
    return isNew;
  };
  const tell = (): void => {
    maskRanges(bytes, data, (plain) => note(maskText(plain)));
    data = [];
  };
  const NAME = Uint8Array.of(0x64, 0x61, 0x74, 0x61, 0x3a);
  for (let at = 0; at < bytes.length;) {
    const end = lineEnd(bytes, at);
    let next = end + 1;
    if (bytes[end] === CR && bytes[next] === LF) next++;
    next = Math.min(next, bytes.length);
    if (beginsWith(bytes, at, NAME)) {
      const from =
        at + NAME.length + (bytes[at + NAME.length] === 0x20 ? 1 : 0);
      data.push([Math.min(from, next), next]);
    } else if (end === at) {
      tell();
    } else {
      note(maskText(bytes, 'text', at, end));
    }
    at = next;
  }
  tell();
  return found;
}
