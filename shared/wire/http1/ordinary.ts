/**
 * Ordinary header sections of HTTP/1.1: those that nothing is wrong with, and
 * that say nothing rare. Almost all are, and of them little is asked: so they
 * are read in one pass over their bytes, without a text for each line.
 *
 * What goes in: bytes that begin with a start line. What comes out: what
 * follows from them, or undefined where they are not all there, where a
 * standard forbids something, or where something is rare: `CONNECT`, an
 * upgrade, HTTP/1.0, a status without a body. Those are for
 * `header-section.ts`, which reads whatever comes, and says what is wrong. What
 * both can read, both read alike.
 */
import { contentType, type ContentType } from '../coding/content.ts';
import { statusText } from '../http/words.ts';
import { byteCount, latin1, shortened } from '../text.ts';
import type { Framing } from './header-section.ts';
import { CLOSES, type MessageHeaders } from './rules.ts';

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const SLASH = 47;
const ZERO = 48;

/** What a byte may be a part of; one bit each. */
const TOKEN = 1;
const VALUE = 2;
const TARGET = 4;
const HOST = 8;

const classes = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  const isVisible = code > SPACE && code < 0x7f;
  return (
    (/[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(character) ? TOKEN : 0) |
    (code === TAB || (code >= SPACE && code !== 0x7f) ? VALUE : 0) |
    (isVisible && character !== '#' ? TARGET : 0) |
    (/[\w.~!$&'()*+;=%:[\]-]/.test(character) ? HOST : 0)
  );
});

/** The methods that ask for nothing but a response, RFC 9110, 9.3. */
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'];
const VERSION = 'HTTP/1.1';
/** `HTTP/1.1 200 `: where the reason begins. */
const REASON_AT = VERSION.length + 5;

const NO_BODY: Framing = { by: 'none' };
const CHUNKS: Framing = { by: 'chunks' };
const UNTIL_CLOSE: Framing = { by: 'close' };

/** Fields that decide how the message is read; one bit each. */
const HAS_HOST = 1;
const HAS_CONNECTION = 2;
const HAS_TYPE = 4;
const HAS_LENGTH = 8;
const HAS_CODING = 16;
const HAS_TRANSFER = 32;

/** Where a value is. */
interface Place {
  from: number;
  to: number;
}

/** What the section that is being read has said; used again for each. */
const found = {
  seen: 0,
  closes: false,
  length: 0,
  type: { from: 0, to: 0 },
  coding: { from: 0, to: 0 },
};

/** What one kind of message said last: most say the same of their content. */
class LastContent {
  readonly #isResponse: boolean;
  #type = '';
  #coding = '';
  #content: ContentType;

  constructor(isResponse: boolean) {
    this.#isResponse = isResponse;
    this.#content = contentType(isResponse, '', '');
  }

  /** The value of Content-Type. */
  get type(): string {
    return this.#type;
  }

  /** What those values say of a body. */
  read(bytes: Uint8Array, type: Place, coding: Place): ContentType {
    const isSame =
      isText(bytes, type.from, type.to, this.#type) &&
      isText(bytes, coding.from, coding.to, this.#coding);
    if (isSame) return this.#content;
    this.#type = latin1(bytes, type.from, type.to);
    this.#coding = latin1(bytes, coding.from, coding.to);
    this.#content = contentType(this.#isResponse, this.#type, this.#coding);
    return this.#content;
  }
}

const ofRequests = new LastContent(false);
const ofResponses = new LastContent(true);

/**
 * Reads a request line and headers.
 *
 * @param from the index of the first byte
 * @param to the index of the first byte that cannot be a part of them
 * @returns undefined where they are not ordinary, or not complete
 */
export function readOrdinaryRequest(
  bytes: Uint8Array,
  from: number,
  to: number,
): MessageHeaders | undefined {
  const method = methodAt(bytes, from);
  if (method === undefined) return undefined;
  const targetAt = from + method.length + 1;
  if (bytes[targetAt] !== SLASH) return undefined;
  const targetEnd = endOf(TARGET, bytes, targetAt, to);
  const versionAt = targetEnd + 1;
  const lineEnd = versionAt + VERSION.length;
  if (bytes[targetEnd] !== SPACE) return undefined;
  if (!isText(bytes, versionAt, lineEnd, VERSION)) return undefined;
  const end = readFields(bytes, lineEnd, to, true);
  if (end < 0 || (found.seen & HAS_HOST) === 0) return undefined;
  const target =
    targetEnd - targetAt > SHOWN
      ? `${latin1(bytes, targetAt, targetAt + SHOWN)}…`
      : latin1(bytes, targetAt, targetEnd);
  const size = end - from;
  return {
    size,
    headers: undefined,
    method,
    problem: undefined,
    framing: framing(NO_BODY),
    content: ofRequests.read(bytes, found.type, found.coding),
    switches: false,
    closes: found.closes ? CLOSES : undefined,
    isUnframed: false,
    isUsual: true,
    status: 0,
    summary: `${method} ${target}: request line and headers, ${byteCount(size)}`,
  };
}

/** Characters of a target that stand in the line. */
const SHOWN = 60;

/**
 * Reads a status line and headers; parameters and result as for requests.
 */
export function readOrdinaryResponse(
  bytes: Uint8Array,
  from: number,
  to: number,
): MessageHeaders | undefined {
  const reasonAt = from + REASON_AT;
  if (reasonAt > to || bytes[reasonAt - 1] !== SPACE) return undefined;
  if (!isText(bytes, from, from + VERSION.length, VERSION)) return undefined;
  const status = statusAt(bytes, from + VERSION.length);
  if (status < 200 || status === 204 || status === 205 || status === 304)
    return undefined;
  const reasonEnd = endOf(VALUE, bytes, reasonAt, to);
  const end = readFields(bytes, reasonEnd, to, false);
  if (end < 0) return undefined;
  const content = ofResponses.read(bytes, found.type, found.coding);
  const size = end - from;
  const usual = statusText(status);
  const isUsual =
    reasonAt === reasonEnd ||
    (usual.length === reasonEnd - reasonAt + 4 &&
      isText(bytes, reasonAt - 4, reasonEnd, usual));
  const said = isUsual
    ? usual
    : `${status} ${shortened(latin1(bytes, reasonAt, reasonEnd), 40)}`;
  const { type } = ofResponses;
  const typed = type ? `, ${shortened(type, 40)}` : '';
  return {
    size,
    headers: undefined,
    method: '',
    problem: undefined,
    framing: framing(UNTIL_CLOSE),
    content,
    switches: false,
    closes: found.closes ? CLOSES : undefined,
    isUnframed: false,
    isUsual: true,
    status,
    summary: `${said}: status line and headers, ${byteCount(size)}${typed}`,
  };
}

function framing(without: Framing): Framing {
  const { seen } = found;
  if (seen & HAS_LENGTH) return { by: 'length', length: found.length };
  return seen & HAS_TRANSFER ? CHUNKS : without;
}

/**
 * Reads from the end of the start line to the blank line.
 *
 * @returns the index behind it; -1 where the section is not ordinary
 */
function readFields(
  bytes: Uint8Array,
  lineEnd: number,
  to: number,
  isRequest: boolean,
): number {
  found.seen = 0;
  found.closes = false;
  found.type.from = found.type.to = 0;
  found.coding.from = found.coding.to = 0;
  let at = lineEnd;
  for (;;) {
    // Behind the line before.
    if (at + 3 >= to || bytes[at] !== CR || bytes[at + 1] !== LF) return -1;
    at += 2;
    if (bytes[at] === CR) return bytes[at + 1] === LF ? at + 2 : -1;
    const nameAt = at;
    while (at < to && classes[bytes[at]!]! & TOKEN) at++;
    const nameEnd = at;
    if (nameEnd === nameAt || nameEnd >= to || bytes[at] !== COLON) return -1;
    at++;
    while (at < to && isSpace(bytes[at]!)) at++;
    const valueAt = at;
    while (at < to && classes[bytes[at]!]! & VALUE) at++;
    let end = at;
    while (end > valueAt && isSpace(bytes[end - 1]!)) end--;
    const isRead = readField(bytes, nameAt, nameEnd, valueAt, end, isRequest);
    if (!isRead) return -1;
  }
}

/** Keeps what a field decides; false where it is not ordinary. */
function readField(
  bytes: Uint8Array,
  nameAt: number,
  nameEnd: number,
  from: number,
  to: number,
  isRequest: boolean,
): boolean {
  switch (nameEnd - nameAt) {
    case 4:
      if (!isRequest || !isName(bytes, nameAt, 'host')) return true;
      return isFirst(HAS_HOST) && endOf(HOST, bytes, from, to) === to;
    case 7:
      return !isName(bytes, nameAt, 'upgrade');
    case 10:
      if (!isName(bytes, nameAt, 'connection')) return true;
      if (isWord(bytes, from, to, 'close')) found.closes = true;
      else if (!isWord(bytes, from, to, 'keep-alive')) return false;
      return isFirst(HAS_CONNECTION);
    case 12:
      if (!isName(bytes, nameAt, 'content-type')) return true;
      found.type.from = from;
      found.type.to = to;
      return isFirst(HAS_TYPE);
    case 14:
      if (!isName(bytes, nameAt, 'content-length')) return true;
      return isFirst(HAS_LENGTH) && readLength(bytes, from, to);
    case 16:
      if (!isName(bytes, nameAt, 'content-encoding')) return true;
      found.coding.from = from;
      found.coding.to = to;
      return isFirst(HAS_CODING);
    case 17:
      if (!isName(bytes, nameAt, 'transfer-encoding')) return true;
      return isFirst(HAS_TRANSFER) && isWord(bytes, from, to, 'chunked');
    default:
      return true;
  }
}

/** Notes a field; false where it was there before, or one that excludes it. */
function isFirst(field: number): boolean {
  const { seen } = found;
  found.seen |= field;
  const both = HAS_LENGTH | HAS_TRANSFER;
  return (seen & field) === 0 && (found.seen & both) !== both;
}

/** Digits, no more than a number holds. */
function readLength(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to || to - from > 15) return false;
  let length = 0;
  for (let at = from; at < to; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return false;
    length = length * 10 + digit;
  }
  found.length = length;
  return true;
}

/** A status code of three digits, behind a space; 0 where none is. */
function statusAt(bytes: Uint8Array, at: number): number {
  let status = 0;
  for (let i = 1; i <= 3; i++) {
    const digit = bytes[at + i]! - ZERO;
    if (digit < 0 || digit > 9) return 0;
    status = status * 10 + digit;
  }
  return bytes[at] === SPACE ? status : 0;
}

/** The method and the space behind it; undefined for a rare one. */
function methodAt(bytes: Uint8Array, from: number): string | undefined {
  const first = bytes[from];
  for (const method of METHODS) {
    if (method.charCodeAt(0) !== first) continue;
    const end = from + method.length;
    if (isText(bytes, from, end, method) && bytes[end] === SPACE) return method;
  }
  return undefined;
}

/** The index of the first byte, from `from` on, that is not of this class. */
function endOf(
  kind: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  let at = from;
  while (at < to && classes[bytes[at]!]! & kind) at++;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** Whether these bytes are the text, in the same letters. */
function isText(
  bytes: Uint8Array,
  from: number,
  to: number,
  text: string,
): boolean {
  if (to - from !== text.length) return false;
  for (let i = 0; i < text.length; i++)
    if (bytes[from + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** The same, in capital or small letters. */
function isWord(
  bytes: Uint8Array,
  from: number,
  to: number,
  word: string,
): boolean {
  return to - from === word.length && isName(bytes, from, word);
}

/**
 * Whether a token goes on with a name of as many letters.
 * @param name small letters and hyphens: of a token's characters, only those
 *   and the capital letters become them by this bit
 */
function isName(bytes: Uint8Array, from: number, name: string): boolean {
  for (let i = 0; i < name.length; i++)
    if ((bytes[from + i]! | 0x20) !== name.charCodeAt(i)) return false;
  return true;
}
