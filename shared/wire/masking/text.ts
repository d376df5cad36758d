/**
 * Masks the secrets in text: parameters, members of JSON, `Name: value`, the
 * user of a URL. It works on bytes, because bodies need not be UTF-8, and each
 * byte stays where it is: of a secret each becomes an asterisk, line ends
 * excepted. What is broken or cut off is masked too far rather than too short.
 */
import { isSecretName } from './secrets.ts';
import { latin1 } from '../text.ts';

/**
 * How text is read. `form`: a value goes on up to the next `&`, as in a query
 * or a form. `code`: of a script or a style sheet, where `token=` is mostly an
 * assignment, only addresses and JSON are masked.
 */
export type Reading = 'text' | 'form' | 'code';

const ASTERISK = 0x2a;
const LF = 10;
const CR = 13;
const TAB = 9;
const SPACE = 0x20;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const AMPERSAND = 0x26;
const SLASH = 0x2f;
const COLON = 0x3a;
const EQUALS = 0x3d;
const AT = 0x40;
const BACKSLASH = 0x5c;
const PERCENT = 0x25;

/** A longer name, or user of a URL, is none. */
const LONGEST_NAME = 256;
const LONGEST_USER = 4_096;
/** How often a value may be percent-encoded within another. */
const DEEPEST = 4;

const isBlank = (byte: number | undefined): boolean =>
  byte === SPACE || byte === TAB;
const isLineEnd = (byte: number | undefined): boolean =>
  byte === LF || byte === CR;
const isSpace = (byte: number | undefined): boolean =>
  isBlank(byte) || isLineEnd(byte);
/** Of \n, \r and \t. */
const isLetterOfSpace = (byte: number | undefined): boolean =>
  byte === 0x6e || byte === 0x72 || byte === 0x74;
const isQuote = (byte: number | undefined): boolean =>
  byte === QUOTE || byte === APOSTROPHE;

/** What a name that is not in quotes may consist of. */
const IN_NAME = new Uint8Array(256);
for (const character of '0123456789._-$%+[]~')
  IN_NAME[character.charCodeAt(0)] = 1;
for (let i = 0; i < 26; i++) IN_NAME[65 + i] = IN_NAME[97 + i] = 1;
// A name in another alphabet: it ends nothing.
IN_NAME.fill(1, 0x80);

/** What stands before `value": …` where the name is a value, too. */
const NAMED =
  /(\\*)"(?:name|key)\1"\s*:\s*\1"([^"\\]+)\1"\s*,(?:\s|\\+[nrt])*\1"$/i;

/** In a regular expression, after `//`; a URL must encode them. */
const IN_PATTERN = new Uint8Array(256);
for (const character of '[]{}^|\\`') IN_PATTERN[character.charCodeAt(0)] = 1;

/**
 * Asterisks instead of bytes; line ends stay, so that lines do.
 *
 * @returns whether anything is different now
 */
export function coverText(
  bytes: Uint8Array,
  from: number,
  to: number,
): boolean {
  let isNew = false;
  for (let at = from; at < to; at++) {
    if (bytes[at] === ASTERISK || isLineEnd(bytes[at])) continue;
    bytes[at] = ASTERISK;
    isNew = true;
  }
  return isNew;
}

/**
 * Masks the secrets in `bytes[from..to)`, in place.
 *
 * @returns whether there were any
 */
export function maskText(
  bytes: Uint8Array,
  reading: Reading = 'text',
  from = 0,
  to = bytes.length,
): boolean {
  if (to - from < SHORT && !mayHoldSecret(bytes, from, to)) return false;
  // A search would else go on up to the end of the connection.
  return new Masker(bytes.subarray(from, to), reading, 0).mask();
}

/** Most headers are shorter, and most of those say nothing here. */
const SHORT = 256;

function mayHoldSecret(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === COLON || byte === EQUALS || byte === AT) return true;
  }
  return false;
}

/** So much of the end of a text may be the beginning of a URL. */
const LONGEST_END = 4_096;

/**
 * Masks the end of a text that was cut off in what may be the user of a URL:
 * there is no `@` yet that would tell.
 *
 * @returns whether there was one
 */
export function maskCutEnd(
  bytes: Uint8Array,
  from = 0,
  to = bytes.length,
): boolean {
  const start = Math.max(from, to - LONGEST_END);
  const [word] = /[^\s"'<>]*$/.exec(latin1(bytes, start, to))!;
  const user = CUT_USER.exec(word)?.[1];
  if (user !== undefined) return coverText(bytes, to - user.length, to);
  let inner = word;
  for (let i = 0; i < DEEPEST && inner.includes('%'); i++) {
    inner = decoded(inner);
    if (CUT_USER.test(inner)) return coverText(bytes, to - word.length, to);
  }
  return false;
}

const CUT_USER = /\/\\*\/([^?#/]+)$/;

/** Whether there is a secret in `bytes[from..to)` once percents are decoded. */
export function hidesSecret(
  bytes: Uint8Array,
  from: number,
  to: number,
): boolean {
  return (
    bytes.subarray(from, to).includes(PERCENT) && hides(bytes, from, to, 1)
  );
}

function hides(
  bytes: Uint8Array,
  from: number,
  to: number,
  depth: number,
): boolean {
  if (depth > DEEPEST) return true;
  const text = decoded(latin1(bytes, from, to));
  const inner = Uint8Array.from(text, (each) => each.charCodeAt(0));
  return (['form', 'text'] as const).some((reading) =>
    new Masker(inner.slice(), reading, depth).mask(),
  );
}

class Masker {
  readonly #bytes: Uint8Array;
  readonly #reading: Reading;
  readonly #to: number;
  readonly #depth: number;
  #found = false;
  /** Up to here values were searched for what is percent-encoded. */
  #lookedUpTo = 0;
  /** The next `%`, as of the last search for one. */
  #percent = -1;
  /** The last `@`, and where the user before it began, if one did. */
  #lastAt = { at: -1, user: -1 };

  constructor(bytes: Uint8Array, reading: Reading, depth: number) {
    this.#bytes = bytes;
    this.#reading = reading;
    this.#to = bytes.length;
    this.#depth = depth;
  }

  mask(): boolean {
    this.#each(COLON, (at) => this.#member(at));
    this.#each(EQUALS, (at) => this.#parameter(at));
    this.#each(AT, (at) => this.#user(at));
    return this.#found;
  }

  /** @param look returns where to go on */
  #each(byte: number, look: (at: number) => number): void {
    let at = this.#bytes.indexOf(byte);
    while (at >= 0) at = this.#bytes.indexOf(byte, Math.max(look(at), at + 1));
  }

  #cover(from: number, to: number): number {
    const end = Math.min(to, this.#to);
    if (coverText(this.#bytes, from, end)) this.#found = true;
    return end;
  }

  /** How many backslashes stand before a place. */
  #escapes(at: number): number {
    let count = 0;
    while (at - count > 0 && this.#bytes[at - count - 1] === BACKSLASH) count++;
    return count;
  }

  #skip(from: number, is: (byte: number | undefined) => boolean): number {
    let at = from;
    while (at < this.#to && is(this.#bytes[at])) at++;
    return at;
  }

  /** Before spaces, and before line ends as JSON writes them: \n. */
  #beforeSpace(from: number): number {
    const bytes = this.#bytes;
    let end = from;
    while (end > 0) {
      const isEscaped =
        isLetterOfSpace(bytes[end - 1]) && bytes[end - 2] === BACKSLASH;
      if (isEscaped) end = this.#beforeEscapes(0, end - 1);
      else if (isSpace(bytes[end - 1])) end--;
      else break;
    }
    return end;
  }

  /** Where something else begins, in text that is so many times within text. */
  #skipSpace(from: number, escapes: number): number {
    let at = this.#skip(from, isSpace);
    if (escapes === 0) return at;
    while (this.#bytes[at] === BACKSLASH) {
      const letter = this.#skip(at, (byte) => byte === BACKSLASH);
      if (!isLetterOfSpace(this.#bytes[letter])) break;
      at = this.#skip(letter + 1, isSpace);
    }
    return at;
  }

  /** A colon: after the name of a member, of a header, of something else. */
  #member(colon: number): number {
    const bytes = this.#bytes;
    const end = this.#beforeSpace(colon);
    if (end === 0) return colon + 1;
    const last = bytes[end - 1]!;
    if (isQuote(last)) return this.#quotedMember(colon, end - 1, last);
    if (colon - end > 0 && isLineEnd(bytes[colon - 1])) return colon + 1;
    const start = this.#nameStart(end);
    if (start === end || !this.#isSecret(start, end, false)) return colon + 1;
    return this.#field(colon, start);
  }

  #nameStart(end: number): number {
    const least = Math.max(0, end - LONGEST_NAME);
    let start = end;
    while (start > least && IN_NAME[this.#bytes[start - 1]!]) start--;
    return start;
  }

  /** `"password": "x"`; in JSON that is text within JSON, `\"password\"`. */
  #quotedMember(colon: number, close: number, quote: number): number {
    const bytes = this.#bytes;
    const escapes = this.#escapes(close);
    const least = Math.max(0, close - LONGEST_NAME);
    let open = close - escapes - 1;
    for (; open >= least; open--)
      if (bytes[open] === quote && this.#escapes(open) === escapes) break;
    if (open < least) return colon + 1;
    const isSecret =
      this.#isSecret(open + 1, close - escapes, false) ||
      this.#isNamedBefore(open + 1, close - escapes);
    if (!isSecret) return colon + 1;
    return this.#value(this.#skipSpace(colon + 1, escapes), escapes);
  }

  /** `"name": "password", "value": …`, as fields and headers are listed. */
  #isNamedBefore(start: number, end: number): boolean {
    if (
      !/^values?$/i.test(latin1(this.#bytes, start, Math.min(end, start + 7)))
    )
      return false;
    const from = Math.max(0, start - 2 * LONGEST_NAME);
    const name = NAMED.exec(latin1(this.#bytes, from, start))?.[2];
    return name !== undefined && isSecretName(name);
  }

  #isSecret(start: number, end: number, isParameter: boolean): boolean {
    let name = latin1(this.#bytes, start, end);
    if (name.includes('\\'))
      name = name.replaceAll(/\\+u([0-9a-fA-F]{4})/g, (_, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 16)),
      );
    // As JSON writes `&` and `<` where a script may not see them.
    else if (name.startsWith('u00') && this.#bytes[start - 1] === BACKSLASH)
      name = name.slice(5);
    if (name.includes('%')) name = decoded(name);
    return isSecretName(name, isParameter);
  }

  /** The value of a member, JSON or nearly; returns where it ends. */
  #value(from: number, escapes: number): number {
    const bytes = this.#bytes;
    if (from >= this.#to) return from;
    const first = bytes[from]!;
    const quote = escapes > 0 ? bytes[from + escapes] : first;
    if (isQuote(quote)) return this.#string(from + escapes, quote!, escapes);
    if (first === 0x7b || first === 0x5b) return this.#nested(from, escapes);
    let to = from;
    while (to < this.#to && !isSpace(bytes[to]) && !isDelimiter(bytes[to]!)) {
      if (bytes[to] === QUOTE) break;
      to++;
    }
    if (bytes[to] === QUOTE) to = this.#beforeEscapes(from, to);
    // true, false and null say nothing; in code there may be anything.
    const text = latin1(bytes, from, Math.min(to, from + 6));
    if (/^(?:true|false|null)$/.test(text)) return to;
    const isNumber = /^-?[0-9]/.test(text);
    if (this.#reading === 'code' && !isNumber) return to;
    this.#cover(from, to);
    // A number becomes a string, so that JSON stays JSON.
    if (isNumber && escapes === 0) this.#likeNumber(from, to);
    return to;
  }

  #likeNumber(from: number, to: number): void {
    if (to - from === 1) this.#bytes[from] = 0x30;
    else this.#bytes[from] = this.#bytes[to - 1] = QUOTE;
  }

  /**
   * A string whose opening quote is at `open`; returns where it ends. What
   * follows it directly belongs to it: a quote that was doubled, or """a""".
   */
  #string(open: number, quote: number, escapes: number): number {
    const bytes = this.#bytes;
    if (bytes[open + 1] === quote && bytes[open + 2] === quote) {
      let close = bytes.indexOf(quote, open + 3);
      while (close >= 0 && bytes[close + 1] !== quote)
        close = bytes.indexOf(quote, close + 1);
      return this.#cover(open + 3, close < 0 ? this.#to : close);
    }
    let start = open;
    for (;;) {
      const close = this.#closing(start, quote, escapes);
      this.#cover(start + 1, close);
      const end = Math.min(this.#to, close + escapes + 1);
      start = end + escapes;
      const isNext = bytes[start] === quote && this.#escapes(start) === escapes;
      if (!isNext || start >= this.#to) return end;
    }
  }

  /** Where the content of a string ends: before its quote's backslashes. */
  #closing(open: number, quote: number, escapes: number): number {
    let at = this.#bytes.indexOf(quote, open + 1);
    while (at >= 0 && at < this.#to) {
      const before = Math.min(this.#escapes(at), at - open - 1);
      // Each level of text within text doubles the backslashes, and adds one.
      const own = (before - escapes) / (escapes + 1);
      if (before < escapes || own % 2 === 0)
        return at - Math.min(before, escapes);
      at = this.#bytes.indexOf(quote, at + 1);
    }
    return this.#to;
  }

  /** An object or an array: all strings and numbers in it. */
  #nested(from: number, escapes: number): number {
    const bytes = this.#bytes;
    let depth = 0;
    let at = from;
    while (at < this.#to) {
      const start = at;
      at = this.#skipSpace(at, escapes);
      if (at >= this.#to) break;
      const byte = bytes[at]!;
      if (byte === 0x7b || byte === 0x5b) depth++;
      else if (byte === 0x7d || byte === 0x5d) depth--;
      if (depth === 0) return at + 1;
      if (isSpace(byte) || isDelimiter(byte) || byte === COLON) at++;
      else if (byte === QUOTE || (byte === BACKSLASH && escapes > 0)) {
        const open = byte === QUOTE ? at : at + escapes;
        if (bytes[open] !== QUOTE) {
          at++;
          continue;
        }
        const close = this.#closing(open, QUOTE, escapes);
        at = Math.min(this.#to, close + escapes + 1);
        const isName = bytes[this.#skipSpace(at, escapes)] === COLON;
        if (!isName) this.#cover(open + 1, close);
      } else at = this.#value(at, escapes);
      if (at <= start) at = start + 1;
    }
    return at;
  }

  /** `Name: value`, at the beginning of a line or in the middle of one. */
  #field(colon: number, start: number): number {
    const bytes = this.#bytes;
    const at = this.#skip(colon + 1, isBlank);
    let before = start;
    while (
      before > 0 &&
      (bytes[before - 1]! <= SPACE || isMark(bytes[before - 1]!))
    ) {
      if (isLineEnd(bytes[before - 1])) break;
      before--;
    }
    const isFirst = before === 0 || isLineEnd(bytes[before - 1]);
    if (this.#reading === 'code' || !isFirst) return this.#inLine(at);
    let to = this.#cover(at, this.#lineEnd(at));
    // What is indented goes on with it, as a folded header does.
    for (;;) {
      const next = this.#skip(to, isLineEnd);
      const isFolded = next > to && next - to <= 2 && isBlank(bytes[next]);
      if (!isFolded) return to;
      to = this.#cover(next + 1, this.#lineEnd(next));
    }
  }

  /** A value in the middle of a line: up to a quote, or the line's end. */
  #inLine(from: number): number {
    const bytes = this.#bytes;
    const quote = this.#skip(from, (byte) => byte === BACKSLASH);
    if (isQuote(bytes[quote]) && quote < this.#to)
      return this.#string(quote, bytes[quote]!, quote - from);
    if (this.#reading === 'code') return this.#value(from, 0);
    let to = from;
    while (to < this.#to && !isLineEnd(bytes[to]) && bytes[to] !== QUOTE) to++;
    if (bytes[to] === QUOTE) to = this.#beforeEscapes(from, to);
    return this.#cover(from, to);
  }

  #beforeEscapes(from: number, to: number): number {
    let end = to;
    while (end > from && this.#bytes[end - 1] === BACKSLASH) end--;
    return end;
  }

  #lineEnd(from: number): number {
    let to = from;
    while (to < this.#to && !isLineEnd(this.#bytes[to])) to++;
    return to;
  }

  /** `name=value`. */
  #parameter(equals: number): number {
    const bytes = this.#bytes;
    const isSpaced = this.#reading === 'text' && isBlank(bytes[equals - 1]);
    const end = isSpaced ? this.#beforeBlank(equals) : equals;
    const start = this.#nameStart(end);
    const before = bytes[start - 1];
    const isInQuery =
      this.#reading === 'form' ||
      before === 0x3f ||
      before === AMPERSAND ||
      before === 0x3b;
    if (this.#reading === 'code' && !isInQuery) return equals + 1;
    const from = isSpaced ? this.#skip(equals + 1, isBlank) : equals + 1;
    if (start < end && this.#isSecret(start, end, isInQuery)) {
      const first = bytes[from];
      return this.#reading !== 'form' && isQuote(first) && from < this.#to
        ? this.#string(from, first!, 0)
        : this.#cover(from, this.#parameterEnd(from));
    }
    const hidden = this.#hidesSecret(from);
    return hidden === undefined ? equals + 1 : this.#cover(from, hidden);
  }

  #beforeBlank(from: number): number {
    let end = from;
    while (end > 0 && isBlank(this.#bytes[end - 1])) end--;
    return end;
  }

  #parameterEnd(from: number): number {
    const bytes = this.#bytes;
    if (this.#reading === 'form') {
      const found = bytes.indexOf(AMPERSAND, from);
      return found < 0 || found > this.#to ? this.#to : found;
    }
    const first = bytes[from];
    if (isQuote(first)) return this.#closing(from, first!, 0);
    let to = from;
    while (to < this.#to) {
      const byte = bytes[to]!;
      if (byte <= SPACE || byte === AMPERSAND || byte === QUOTE) break;
      to++;
    }
    // A quote that ends it may be escaped.
    return bytes[to] === QUOTE ? this.#beforeEscapes(from, to) : to;
  }

  /**
   * Where a value ends in which something is percent-encoded that is secret.
   * What was looked at as part of a longer value is not looked at again: of
   * `a=b=c=…` each piece would be read up to the end.
   */
  #hidesSecret(from: number): number | undefined {
    if (from < this.#lookedUpTo) return undefined;
    if (this.#percent < from) {
      const found = this.#bytes.indexOf(PERCENT, from);
      this.#percent = found < 0 ? Infinity : found;
    }
    if (this.#percent >= this.#to) return undefined;
    const to = this.#parameterEnd(from);
    this.#lookedUpTo = to;
    const isHidden =
      this.#percent < to && hides(this.#bytes, from, to, this.#depth + 1);
    return isHidden ? to : undefined;
  }

  /** `//user:password@host`. */
  #user(at: number): number {
    const bytes = this.#bytes;
    const last = this.#lastAt;
    this.#lastAt = { at, user: -1 };
    const least = Math.max(1, at - LONGEST_USER);
    for (let start = at - 1; start >= least; start--) {
      const byte = bytes[start]!;
      // All before it was looked at.
      const isKnown = start === last.at;
      if (isKnown && last.user < 0) break;
      if (isKnown || byte === SLASH) {
        const user = isKnown ? last.user : this.#userStart(start);
        this.#lastAt.user = user;
        if (user >= 0) this.#cover(isKnown ? start : user, at);
        break;
      }
      if (byte <= SPACE || byte === QUOTE || byte === 0x3c || byte === 0x3f)
        break;
      if (this.#reading === 'code' && IN_PATTERN[byte]) break;
    }
    return at + 1;
  }

  /** Behind the second slash, which is at `slash`; -1 if it is no second one. */
  #userStart(slash: number): number {
    let before = slash - 1;
    while (before > 0 && this.#bytes[before] === BACKSLASH) before--;
    return this.#bytes[before] === SLASH ? slash + 1 : -1;
  }
}

function isDelimiter(byte: number): boolean {
  return (
    byte === 0x2c ||
    byte === 0x7b ||
    byte === 0x7d ||
    byte === 0x5b ||
    byte === 0x5d ||
    byte === AMPERSAND
  );
}

/** What lists and quotations begin lines with. */
function isMark(byte: number): boolean {
  return byte === 0x2d || byte === 0x3e || byte === 0x2b;
}

/** Percent-encoding taken off once; what is none stays. */
function decoded(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9a-fA-F]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );
}
