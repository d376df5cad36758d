/**
 * The start line and headers of an HTTP/1.1 message, RFC 9112, 2 to 5, and what
 * they say about the body after them, RFC 9112, 6. Left out: see left-out.md.
 */
import { concat } from '../bytes.ts';
import type { FieldList, FieldDissector } from '../fields.ts';
import { headerMeaning, methodMeaning, statusMeaning } from '../http/words.ts';
import { latin1, namedByte, quoted, shortened } from '../text.ts';

/**
 * One field line, RFC 9112, 5. The offsets count from the first byte before the
 * start line.
 */
export interface HeaderLine {
  /** As it was sent. */
  name: string;
  value: string;
  start: number;
  /** After the value; the line's end follows. */
  end: number;
  problem: string | undefined;
}

/** The start line and the header section of a message, RFC 9112, 2.1. */
export interface StartAndHeaders {
  /** `GET /board HTTP/1.1` in its three parts, as they were sent. */
  start: [string, string, string];
  startAt: number;
  startEnd: number;
  lines: HeaderLine[];
  /** The first thing that the standard forbids. */
  problem: string | undefined;
}

const TAB = 9;
const LF = 10;
const CR = 13;

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Reads the start line and the headers of a request or a response, blank line
 * included: RFC 9112, 2 to 5. What is wrong is its `problem`.
 * @param bytes all of them, and nothing else
 */
export function readStartAndHeaders(bytes: Uint8Array): StartAndHeaders {
  const text = latin1(bytes);
  const headers: StartAndHeaders = {
    start: ['', '', ''],
    startAt: 0,
    startEnd: 0,
    lines: [],
    problem: undefined,
  };
  let at = 0;
  // RFC 9112, 2.2: blank lines before the start line are ignored.
  while (text[at] === '\r' || text[at] === '\n') at++;
  headers.startAt = at;
  for (let isStart = true; at < text.length; isStart = false) {
    let next = text.indexOf('\n', at) + 1;
    if (next === 0) next = text.length;
    const end = lineEnd(text, at, next);
    if (isStart) {
      headers.startEnd = end;
      headers.start = splitStart(text.slice(at, end));
    } else if (end > at) {
      const isFolded = text[at] === ' ' || text[at] === '\t';
      const last = headers.lines.at(-1);
      if (isFolded && last) fold(last, text.slice(at, end), end);
      else headers.lines.push(readLine(text.slice(at, end), at, end));
      if (isFolded && !last)
        headers.problem ??=
          'expected the first field after the start line, found a space before it (RFC 9112, 2.2)';
    }
    at = next;
  }
  for (const line of headers.lines) headers.problem ??= line.problem;
  headers.problem ??= octetProblem(bytes, headers);
  return headers;
}

/**
 * Only the start line, in its three parts; a part that is not there is ''.
 */
export function readStart(bytes: Uint8Array): [string, string, string] {
  const text = latin1(bytes);
  let at = 0;
  while (text[at] === '\r' || text[at] === '\n') at++;
  const next = text.indexOf('\n', at) + 1 || text.length;
  return splitStart(text.slice(at, lineEnd(text, at, next)));
}

/** RFC 9112, 2.2 and RFC 9110, 5.5: line ends are CR LF, and nothing is hidden. */
function octetProblem(
  bytes: Uint8Array,
  headers: StartAndHeaders,
): string | undefined {
  const { length } = bytes;
  const tabsFrom = firstTab(headers);
  for (let at = 0; at < length; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x20 && byte !== 0x7f) continue;
    if (byte === CR && bytes[at + 1] === LF) at++;
    else if (byte !== TAB || at < tabsFrom) return octetAt(at, byte, headers);
  }
  return undefined;
}

/** Where tabs are allowed: in fields, and in the reason of a response. */
function firstTab({ start, startAt, startEnd }: StartAndHeaders): number {
  const [first, second] = start;
  return first.startsWith('HTTP/')
    ? startAt + first.length + second.length + 2
    : startEnd;
}

function octetAt(at: number, byte: number, headers: StartAndHeaders): string {
  const line = headers.lines.find(({ start, end }) => start <= at && at <= end);
  const where = line ? `in ${shortened(line.name, 40)}` : 'in the start line';
  if (byte === LF)
    return 'expected CR LF at the end of each line, found LF alone (RFC 9112, 2.2)';
  if (byte === CR)
    return `expected CR only before LF, found one ${at < headers.startAt ? 'before the start line' : where} (RFC 9112, 2.2)`;
  const isResponse = headers.start[0].startsWith('HTTP/');
  const section = line ? 'RFC 9110, 5.5' : `RFC 9112, ${isResponse ? 4 : 3}`;
  return `expected no control character ${where}, found ${namedByte(byte)} (${section})`;
}

/** Where a line's text ends: before CRLF, or a LF alone (RFC 9112, 2.2). */
function lineEnd(text: string, start: number, next: number): number {
  let end = next;
  if (end > start && text[end - 1] === '\n') end--;
  if (end > start && text[end - 1] === '\r') end--;
  return end;
}

function splitStart(line: string): [string, string, string] {
  const first = line.indexOf(' ');
  if (first < 0) return [line, '', ''];
  const second = line.indexOf(' ', first + 1);
  if (second < 0) return [line.slice(0, first), line.slice(first + 1), ''];
  return [
    line.slice(0, first),
    line.slice(first + 1, second),
    line.slice(second + 1),
  ];
}

function readLine(line: string, start: number, end: number): HeaderLine {
  const colon = line.indexOf(':');
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : trim(line.slice(colon + 1));
  let problem: string | undefined;
  if (colon < 0)
    problem = `expected "name: value", found no colon (RFC 9112, 5)`;
  else if (/^[^ \t]+[ \t]+$/.test(name))
    problem = `expected no space between the field name and its colon, found ${quoted(name)} (RFC 9112, 5.1)`;
  else if (!TOKEN.test(name))
    problem = `expected a token as the field name, found ${quoted(name)} (RFC 9110, 5.1)`;
  return { name, value, start, end, problem };
}

/** Spaces and tabs around a value do not belong to it (RFC 9112, 5.1). */
function trim(value: string): string {
  const isSpace = (at: number): boolean =>
    value[at] === ' ' || value[at] === '\t';
  let start = 0;
  let end = value.length;
  while (start < end && isSpace(start)) start++;
  while (end > start && isSpace(end - 1)) end--;
  return value.slice(start, end);
}

/** RFC 9112, 5.2: a line that begins with a space continues the one before. */
function fold(line: HeaderLine, more: string, end: number): void {
  line.value = trim(`${line.value} ${trim(more)}`);
  line.end = end;
  line.problem ??=
    'expected each field on one line, found one that goes on in the next (RFC 9112, 5.2)';
}

/**
 * All values of a field, joined as RFC 9110, 5.3 allows; '' if it is absent.
 * @param name in small letters
 */
export function headerValue(lines: HeaderLine[], name: string): string {
  return findHeader(lines, name) ?? '';
}

/** The same; undefined if the field is absent, '' if it is there and empty. */
export function findHeader(
  lines: HeaderLine[],
  name: string,
): string | undefined {
  let joined: string | undefined;
  for (const line of lines) {
    if (line.name.length !== name.length) continue;
    if (line.name.toLowerCase() !== name) continue;
    joined = joined === undefined ? line.value : `${joined}, ${line.value}`;
  }
  return joined;
}

/**
 * The members of a list like `keep-alive, Upgrade`, in small letters: RFC 9110,
 * 5.6.1. Empty ones do not count.
 */
export function listOf(value: string): string[] {
  return value
    .split(',')
    .map((member) => trim(member).toLowerCase())
    .filter(Boolean);
}

/** How a body is delimited, RFC 9112, 6.3. */
export type Framing =
  | { by: 'none' }
  | { by: 'length'; length: number }
  | { by: 'chunks' }
  | { by: 'close' };

/** Codings that change a body, so that only its end shows how long it is. */
const CODINGS = ['gzip', 'x-gzip', 'deflate', 'compress', 'x-compress'];

interface DeclaredFraming {
  framing: Framing;
  problem: string | undefined;
}

/** The framing that the fields of a message ask for; its problem, if any. */
export function framingOf(
  { lines, start }: Pick<StartAndHeaders, 'lines' | 'start'>,
  isRequest: boolean,
): DeclaredFraming {
  const codings = findHeader(lines, 'transfer-encoding');
  const length = findHeader(lines, 'content-length');
  if (codings !== undefined) {
    const declared = framingByCodings(codings, isRequest);
    if (length !== undefined)
      declared.problem =
        'expected Transfer-Encoding or Content-Length, found both: the length does not count (RFC 9112, 6.2)';
    else if (start[isRequest ? 2 : 0] === 'HTTP/1.0')
      declared.problem ??=
        'expected no Transfer-Encoding in a message of HTTP/1.0 (RFC 9112, 6.1)';
    return declared;
  }
  if (length !== undefined) return framingByLength(length, isRequest);
  return {
    framing: { by: isRequest ? 'none' : 'close' },
    problem: undefined,
  };
}

function framingByCodings(value: string, isRequest: boolean): DeclaredFraming {
  const codings = listOf(value);
  const last = codings.at(-1) ?? '';
  const section = '(RFC 9112, 6.3)';
  if (last !== 'chunked' && isRequest)
    return {
      framing: { by: 'none' },
      problem: `expected chunked as the last transfer coding of a request, found ${quoted(last)} ${section}`,
    };
  if (last !== 'chunked')
    return {
      framing: { by: 'close' },
      problem: CODINGS.includes(last)
        ? undefined
        : `expected chunked as the last transfer coding, found ${quoted(last)}: the body lasts until the connection ends ${section}`,
    };
  let problem: string | undefined;
  if (codings.indexOf('chunked') < codings.length - 1)
    problem = `expected chunked once, found ${quoted(value)} (RFC 9112, 6.1)`;
  else if (codings.length < value.split(',').length)
    problem = `expected no empty member in Transfer-Encoding, found ${quoted(value)} (RFC 9110, 5.6.1)`;
  return { framing: { by: 'chunks' }, problem };
}

function framingByLength(value: string, isRequest: boolean): DeclaredFraming {
  // The same length twice is no doubt about the body (RFC 9112, 6.3, 5).
  const lengths = new Set(value.split(',').map(trim));
  const [only] = lengths;
  const isOne = lengths.size === 1 && /^0*[0-9]{1,15}$/.test(only!);
  if (!isOne)
    return {
      framing: { by: isRequest ? 'none' : 'close' },
      problem: `expected a Content-Length of digits, found ${quoted(value)} (RFC 9112, 6.3)`,
    };
  return {
    framing: { by: 'length', length: Number(only) },
    problem: value.includes(',')
      ? `expected one Content-Length, found ${quoted(value)} (RFC 9110, 8.6)`
      : undefined,
  };
}

/** Why a start line cannot be read, RFC 9112, 3 and 4; undefined if it can. */
export function startProblem(
  start: [string, string, string],
  isRequest: boolean,
): string | undefined {
  const found = quoted(start.join(' ').trim());
  const version = isRequest ? start[2] : start[0];
  const isFine = isRequest
    ? TOKEN.test(start[0]) && start[1] !== ''
    : /^[1-9][0-9][0-9]$/.test(start[1]);
  if (isFine && /^HTTP\/1\.[0-9]$/.test(version)) return undefined;
  return isRequest
    ? `expected "METHOD target HTTP/1.1", found ${found} (RFC 9112, 3)`
    : `expected "HTTP/1.1 status reason", found ${found} (RFC 9112, 4)`;
}

function listHeaders(list: FieldList, lines: HeaderLine[]): void {
  for (const line of lines) {
    const [meaning, section] = headerMeaning(line.name);
    list.add(line.name, [line.start, line.end], line.value, [meaning, section]);
  }
}

function listEnd(list: FieldList, headers: StartAndHeaders): void {
  const last = headers.lines.at(-1)?.end ?? headers.startEnd;
  // The end of the last line is not part of the blank one.
  const skip = list.bytes[last] === 0x0d ? 2 : 1;
  const from = Math.min(last + skip, list.bytes.length);
  if (from < list.bytes.length)
    list.add('blank line', [from, list.bytes.length], '', [
      'a blank line ends the header section',
      'RFC 9112, 2.1',
    ]);
}

/** The start line and the headers of a request. */
export const requestDissector: FieldDissector = {
  dissect(list) {
    const headers = readStartAndHeaders(list.bytes);
    const [method, target, version] = headers.start;
    let at = headers.startAt;
    const next = (text: string): [number, number] => {
      const place: [number, number] = [at, at + text.length];
      at += text.length + 1;
      return place;
    };
    list.add('method', next(method), method, methodMeaning(method));
    list.add('target', next(target), target, [
      'the request target: what the method applies to',
      'RFC 9112, 3.2',
    ]);
    list.add('version', next(version), version, [
      'the highest minor version within HTTP/1 that the client speaks',
      'RFC 9110, 2.5',
    ]);
    listHeaders(list, headers.lines);
    listEnd(list, headers);
  },
};

/** The start line and the headers of a response. */
export const responseDissector: FieldDissector = {
  dissect(list) {
    const headers = readStartAndHeaders(list.bytes);
    const [version, status, reason] = headers.start;
    const from = headers.startAt;
    const statusAt = from + version.length + 1;
    const reasonAt = statusAt + status.length + 1;
    list.add('version', [from, from + version.length], version, [
      'the highest minor version within HTTP/1 that the server speaks',
      'RFC 9110, 2.5',
    ]);
    list.add(
      'status',
      [statusAt, statusAt + status.length],
      status,
      statusMeaning(Number(status)),
    );
    if (reason)
      list.add('reason', [reasonAt, headers.startEnd], reason, [
        'for people; a client should ignore it',
        'RFC 9112, 4',
      ]);
    listHeaders(list, headers.lines);
    listEnd(list, headers);
  },
};

/** Fields that say how to read a message come too late after its body. */
const NOT_IN_TRAILERS = [
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'host',
  'trailer',
  'transfer-encoding',
];

/**
 * What is wrong with the lines after the last chunk, blank line included: RFC
 * 9112 7.1.2. Undefined if nothing is.
 */
export function trailerProblem(bytes: Uint8Array): string | undefined {
  // Read as a header section whose start line is right.
  if (bytes.length === 2 && bytes[0] === CR) return undefined;
  const { lines, problem } = readStartAndHeaders(concat([START, bytes]));
  const late = lines.find(({ name }) =>
    NOT_IN_TRAILERS.includes(name.toLowerCase()),
  );
  return (
    problem ??
    (late && `expected no ${late.name} after the body (RFC 9110, 6.5.1)`)
  );
}

const START = new TextEncoder().encode('GET / HTTP/1.1\r\n');

/**
 * Lists the fields after the last chunk.
 * @param from where they begin in the unit's own bytes
 */
export function listTrailers(list: FieldList, from: number): void {
  let at = from;
  for (const line of latin1(list.bytes, from).split('\n')) {
    const end = at + line.replace(/\r$/, '').length;
    if (end > at) {
      const { name, value } = readLine(latin1(list.bytes, at, end), at, end);
      const [meaning, section] = headerMeaning(name);
      list.add(name, [at, end], value, [
        `sent after the body: ${meaning}`,
        section,
      ]);
    }
    at += line.length + 1;
  }
}
