/**
 * Puts another name into what a client sends over HTTP/1.1: the value of every
 * Host field (RFC 9112, 3.2), and of Origin (RFC 6454, 7) where it is one of
 * those that are to be replaced. Referer stays: no server must look at it where
 * there is an Origin, and browsers send one with all that changes something.
 *
 * What goes in: the bytes of the client, cut anywhere. What comes out: the same
 * bytes with those values changed, and no other; together they do not depend on
 * the cuts. What "need more" looks like: of a header section, the line that is
 * not complete is kept, up to `HEADERS_LIMIT`; all else leaves at once.
 *
 * Messages are told apart by their length only, so that bodies are left alone.
 * From the first byte on that is not understood nothing is changed any more:
 * where no request line follows, as on a WebSocket after its handshake, in a
 * tunnel or with HTTP/2; where a server might find other lengths (RFC 9112,
 * 6.3); and where a line is longer than `HEADERS_LIMIT`.
 */
import { concat } from '../bytes.ts';
import { HEADERS_LIMIT } from '../limits.ts';
import { ReassemblyBuffer } from '../reassembly-buffer.ts';
import { latin1 } from '../text.ts';

/** What is written in place of what. */
export interface NewHost {
  /** Of the target: `shop.test:8080`, in ASCII. */
  host: string;
  /** Its origin, in ASCII: `http://shop.test:8080`. */
  origin: string;
  /** The origins that it replaces, in small letters. */
  replaced: ReadonlySet<string>;
}

/**
 * What comes next: a line of a request, bytes of its body, or bytes that are
 * not looked at.
 */
type Next =
  | 'start line'
  | 'field'
  | 'chunk size'
  | 'chunk end'
  | 'trailer'
  | 'content'
  | 'chunk'
  | 'unknown';

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const NOTHING = new Uint8Array(0);
const REQUEST = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) \S+ HTTP\/1\.[0-9]$/;
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const CHUNK = /^([0-9A-Fa-f]{1,13})[ \t]*(?:;|$)/;

/** Changes the requests of one connection. */
export class HostRewriter {
  readonly #new: NewHost;
  #next: Next = 'start line';
  /** Of a line whose end has not come; of a field it was not sent yet. */
  readonly #line = new ReassemblyBuffer();
  /** Bytes of the body, or of the chunk, that are still to come. */
  #left = 0;
  #method = '';
  /** What the header section says about the body, as far as it has come. */
  #length: string | undefined;
  #codings: string | undefined;
  #isUnclear = false;

  constructor(wanted: NewHost) {
    this.#new = wanted;
  }

  /**
   * @returns what is to be sent now; perhaps the same bytes, perhaps none
   */
  push(bytes: Uint8Array): Uint8Array {
    const pieces: Uint8Array[] = [];
    /** What comes from here on leaves as it is. */
    let from = 0;
    for (let at = 0; at < bytes.length && this.#next !== 'unknown';) {
      const next = this.#next;
      if (next === 'content' || next === 'chunk') {
        const to = Math.min(bytes.length, at + this.#left);
        this.#left -= to - at;
        if (this.#left === 0)
          this.#next = next === 'chunk' ? 'chunk end' : 'start line';
        at = to;
        continue;
      }
      const end = bytes.indexOf(LF, at);
      const to = end < 0 ? bytes.length : end + 1;
      const isKept = next === 'field' && this.#line.length > 0;
      let changed: Uint8Array | undefined;
      if (this.#line.length + to - at > HEADERS_LIMIT) {
        // A copy: what was kept lies where the next line will.
        if (isKept)
          changed = concat([this.#line.take(), bytes.subarray(at, to)]);
        this.#line.take();
        this.#next = 'unknown';
      } else if (end < 0) {
        this.#line.append(bytes, at, to);
        // Only fields are changed; all other lines may go as they come.
        if (next === 'field') changed = NOTHING;
      } else {
        const line = this.#line.finish(bytes, at, to);
        changed = this.#read(next, line);
        if (isKept) changed ??= line.slice();
      }
      if (changed) {
        pieces.push(bytes.subarray(from, at), changed);
        from = to;
      }
      at = to;
    }
    if (from === 0) return bytes;
    return concat([...pieces, bytes.subarray(from)]);
  }

  /** No more bytes will come. Returns what was kept. */
  end(): Uint8Array {
    const isKept = this.#next === 'field';
    this.#next = 'unknown';
    return isKept ? this.#line.take() : NOTHING;
  }

  /** Takes a line with its end; returns what is sent instead, if anything is. */
  #read(kind: Next, line: Uint8Array): Uint8Array | undefined {
    if (kind === 'field' && isOfNoConcern(line)) return undefined;
    const text = latin1(line).replace(/\r?\n$/, '');
    switch (kind) {
      case 'start line': {
        // Blank lines before it are ignored (RFC 9112, 2.2).
        if (text === '') break;
        const [, method] = REQUEST.exec(text) ?? [];
        this.#method = method ?? '';
        this.#length = undefined;
        this.#codings = undefined;
        this.#isUnclear = false;
        this.#next = method === undefined ? 'unknown' : 'field';
        break;
      }
      case 'field':
        if (text === '') this.#next = this.#afterHeaders();
        else return this.#field(text, line);
        break;
      case 'chunk size': {
        const [, digits] = CHUNK.exec(text) ?? [];
        this.#left = parseInt(digits ?? '', 16);
        if (digits === undefined) this.#next = 'unknown';
        else this.#next = this.#left === 0 ? 'trailer' : 'chunk';
        break;
      }
      case 'chunk end':
        this.#next = text === '' ? 'chunk size' : 'unknown';
        break;
      default:
        if (text === '') this.#next = 'start line';
    }
    return undefined;
  }

  #field(text: string, line: Uint8Array): Uint8Array | undefined {
    const colon = text.indexOf(':');
    const name = text.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!FIELD_NAME.test(name) || text.includes('\r')) {
      // A line that goes on, or is none: servers differ in what they make of it.
      this.#isUnclear = true;
      return undefined;
    }
    const [from, to] = withoutSpaces(text, colon + 1);
    const value = text.slice(from, to);
    const replacedBy = (changed: string) =>
      concat([
        line.subarray(0, from),
        new TextEncoder().encode(changed),
        line.subarray(to),
      ]);
    switch (name) {
      case 'host':
        return replacedBy(this.#new.host);
      case 'origin':
        return this.#new.replaced.has(value.toLowerCase())
          ? replacedBy(this.#new.origin)
          : undefined;
      case 'content-length':
        if (!/^\d{1,15}$/.test(value) || (this.#length ?? value) !== value)
          this.#isUnclear = true;
        this.#length = value;
        return undefined;
      case 'transfer-encoding':
        this.#codings = value;
        return undefined;
      default:
        return undefined;
    }
  }

  /** RFC 9112, 6.3. */
  #afterHeaders(): Next {
    if (this.#isUnclear || this.#method === 'CONNECT') return 'unknown';
    if (this.#codings !== undefined) {
      const isChunked = /(?:^|,)[ \t]*chunked$/i.test(this.#codings);
      return isChunked && this.#length === undefined ? 'chunk size' : 'unknown';
    }
    this.#left = Number(this.#length ?? 0);
    return this.#left > 0 ? 'content' : 'start line';
  }
}

/** The lengths of the names that are looked at, by their first letters. */
const LENGTHS = { h: 4, o: 6, c: 14, t: 17 };

/** Whether a line is a field of another name: most are, and need no text. */
function isOfNoConcern(line: Uint8Array): boolean {
  const colon = line.indexOf(COLON);
  const first = String.fromCharCode(line[0]! | 0x20) as keyof typeof LENGTHS;
  if (colon <= 0 || LENGTHS[first] === colon) return false;
  for (let at = 0; at < colon; at += 1) if (line[at]! <= SPACE) return false;
  const cr = line.indexOf(CR);
  return cr < 0 || cr === line.length - 2;
}

/** Where a value is, without the spaces around it (RFC 9110, 5.5). */
function withoutSpaces(text: string, from: number): [from: number, to: number] {
  const isSpace = (at: number) => text[at] === ' ' || text[at] === '\t';
  let to = text.length;
  while (from < to && isSpace(from)) from += 1;
  while (to > from && isSpace(to - 1)) to -= 1;
  return [from, to];
}
