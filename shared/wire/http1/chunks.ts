/**
 * Chunked bodies, RFC 9112, 7.1: size, data, line end; a last one, trailers.
 *
 * What goes in: the bytes after the headers; see `byte-cursor.ts`. What comes
 * out: a unit for each chunk, when its line end has come, and what the data
 * hold, one layer above. What a partial chunk does: its size line is kept, up
 * to `CHUNK_LINE_LIMIT`, and so are trailers, up to `HEADERS_LIMIT`; data pass.
 */
import {
  pieceContent,
  readable,
  type Content,
  type ContentType,
} from '../coding/content.ts';
import type { ByteCursor } from '../byte-cursor.ts';
import { ReassemblyBuffer } from '../reassembly-buffer.ts';
import { ByteRanges } from '../byte-ranges.ts';
import { contentAt, type Body, type BodyPlace } from './body.ts';
import { listTrailers, trailerProblem } from './header-section.ts';
import { CHUNK_LINE_LIMIT, HEADERS_LIMIT } from '../limits.ts';
import { malformed } from '../opaque.ts';
import { byteCount, latin1, namedByte, number, quoted } from '../text.ts';
import { TextStart } from '../text-start.ts';
import { makeUnit, type Unit } from '../unit.ts';
import type {
  ContentSource,
  FieldDissector,
  FieldList,
  UnitContent,
} from '../fields.ts';

const LF = 10;
const CR = 13;

/**
 * A chunked body. A chunk is told when it is complete; of one that is not, only
 * its size line is kept.
 */
export class ChunkedBody implements Body {
  done = false;
  failed = false;
  #content: Content;
  #dissector: ChunkDissector;
  #place: BodyPlace;
  #part: 'size' | 'data' | 'end' | 'trailers' = 'size';
  #line = new ReassemblyBuffer();
  #chunk = new ByteRanges();
  #start = new TextStart();
  #size = 0;
  #remaining = 0;
  #endBytes = 0;
  #lineLength = 0;
  /** What is wrong with the chunk that is being read. */
  #problem: string | undefined;

  constructor(type: ContentType, place: BodyPlace) {
    this.#content = contentAt(place, type);
    this.#dissector = new ChunkDissector(type);
    this.#place = place;
  }

  push(input: ByteCursor, units: Unit[]): void {
    while (input.left > 0 && !this.done && !this.failed) {
      if (this.#part === 'data') this.#data(input, units);
      else if (this.#part === 'size') this.#sizeLine(input, units);
      else if (this.#part === 'end') this.#lineEnd(input, units);
      else this.#trailers(input, units);
    }
  }

  finish(units: Unit[]): void {
    if (this.done || this.failed) return;
    const ended = 'the connection ended before the last chunk (RFC 9112, 8)';
    this.#content.finish(units, ended);
    const isBetween = this.#part === 'size' && this.#line.length === 0;
    const where = isBetween ? 'before the last chunk' : 'inside a chunk';
    const found = `the connection ended ${where}`;
    this.#fail(`expected more chunks, ${found} (RFC 9112, 8)`, units);
  }

  #fail(problem: string, units: Unit[], kind?: 'limit', offset?: number): void {
    this.failed = true;
    const more = { kind, offset };
    units.push(malformed(this.#place, this.#chunk, problem, more));
  }

  #sizeLine(input: ByteCursor, units: Unit[]): void {
    const { bytes, next } = input;
    const found = bytes.indexOf(LF, next);
    const wanted = found < 0 ? bytes.length : found + 1;
    const to = Math.min(wanted, next + CHUNK_LINE_LIMIT - this.#line.length);
    this.#line.append(bytes, next, to);
    this.#chunk.read(input, to);
    if (to < wanted) {
      const problem = `expected a chunk's size in at most ${byteCount(CHUNK_LINE_LIMIT)}`;
      this.#fail(problem, units, 'limit');
    } else if (found >= 0) {
      this.#readSize(units);
    }
  }

  #readSize(units: Unit[]): void {
    const line = latin1(this.#line.peek());
    const digits = /^0*[0-9a-fA-F]{1,13}(?=[\t ;]|\r?\n)/.exec(line)?.[0];
    if (digits === undefined) {
      const found = quoted(line.trimEnd());
      const problem = `expected a chunk's size in hex, found ${found} (${SECTION})`;
      this.#fail(problem, units);
      return;
    }
    this.#problem = sizeLineProblem(line, digits.length);
    this.#line.take();
    this.#size = Number.parseInt(digits, 16);
    this.#remaining = this.#size;
    this.#lineLength = 0;
    this.#endBytes = 0;
    this.#part = this.#size > 0 ? 'data' : 'trailers';
    if (this.#size > 0) this.#content.piece();
  }

  #data(input: ByteCursor, units: Unit[]): void {
    const { next, offset } = input;
    const to = input.upTo(this.#remaining);
    this.#chunk.add(offset, input.base + to);
    if (this.#content.showsPieces) this.#start.push(input.bytes, next, to);
    this.#content.push(input, units, to);
    this.#remaining -= to - next;
    if (this.#remaining === 0) this.#part = 'end';
  }

  /** The line end after the data. */
  #lineEnd(input: ByteCursor, units: Unit[]): void {
    const { bytes, next, offset } = input;
    const byte = bytes[next]!;
    this.#chunk.read(input, next + 1);
    this.#endBytes++;
    if (byte === CR && this.#endBytes === 1) return;
    if (byte !== LF || this.#endBytes === 1) {
      const problem = `expected CR LF after ${byteCount(this.#size)} of a chunk, found ${namedByte(byte)} (${SECTION})`;
      if (byte !== LF) {
        this.#fail(problem, units, undefined, offset);
        return;
      }
      this.#problem ??= problem;
    }
    this.#endChunk(units);
  }

  #endChunk(units: Unit[]): void {
    const { ranges, size } = this.#chunk.take();
    this.#part = 'size';
    const { isEventStream } = this.#content.type;
    const what = isEventStream ? 'of the event stream' : 'of data';
    units.push(
      makeUnit({
        direction: this.#place.direction,
        exchange: this.#place.exchange,
        layer: 0,
        kind: 'http/1.1 chunk',
        ranges,
        size,
        payload: this.#size,
        counts: !isEventStream,
        updates: this.#content.updates,
        summary: `chunk: ${byteCount(size)}, ${number(this.#size)} ${what}`,
        text: this.#start.take(this.#content.pieceTexts),
        problem: this.#problem,
        dissector: this.#dissector,
      }),
    );
  }

  #trailers(input: ByteCursor, units: Unit[]): void {
    const { bytes } = input;
    while (input.left > 0) {
      if (this.#chunk.size === HEADERS_LIMIT) {
        const problem = `expected the end of the trailers within ${byteCount(HEADERS_LIMIT)}`;
        this.#fail(problem, units, 'limit');
        return;
      }
      const { next } = input;
      const byte = bytes[next]!;
      this.#line.append(bytes, next, next + 1);
      this.#chunk.read(input, next + 1);
      if (byte === LF && this.#lineLength === 0) {
        this.#endBody(units);
        return;
      }
      if (byte === LF) this.#lineLength = 0;
      else if (byte !== CR) this.#lineLength++;
    }
  }

  #endBody(units: Unit[]): void {
    const { ranges, size } = this.#chunk.take();
    const trailers = this.#line.take();
    this.done = true;
    this.#content.finish(units);
    units.push(
      makeUnit({
        ...this.#place,
        layer: 0,
        kind: 'http/1.1 last chunk',
        ranges,
        size,
        payload: 0,
        summary: `last chunk: ${byteCount(size)}, the body is complete`,
        problem: this.#problem ?? trailerProblem(trailers),
        dissector: lastChunkDissector,
      }),
    );
  }
}

const SECTION = 'RFC 9112, 7.1';

/** What is wrong with a size line whose size could be read. */
function sizeLineProblem(line: string, digits: number): string | undefined {
  if (line.length === digits + 2 && line.endsWith('\r\n')) return undefined;
  if (!line.endsWith('\r\n'))
    return `expected CR LF after a chunk's size, found LF alone (${SECTION})`;
  const more = line.slice(digits, -2);
  const unquoted = more.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
  if (/[\t ]/.test(unquoted))
    return `expected no space in the line of a chunk's size, found ${quoted(more)} (RFC 9112, 7.1.1)`;
  for (let at = 0; at < more.length; at++) {
    const code = more.charCodeAt(at);
    if ((code < 0x20 && code !== 9) || code === 0x7f)
      return `expected no control character in the line of a chunk's size, found ${namedByte(code)} (RFC 9112, 7.1.1)`;
  }
  return EXTENSIONS.test(more)
    ? undefined
    : `expected ";name" or ";name=value" after a chunk's size, found ${quoted(more)} (RFC 9112, 7.1.1)`;
}

const WORD = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const EXTENSIONS = new RegExp(
  String.raw`^(?:;${WORD}(?:=(?:${WORD}|"(?:[^"\\]|\\.)*"))?)*$`,
);

/** How a line ends, as it stands in its field. */
function lineEnd(bytes: Uint8Array, start: number): string {
  return bytes[start] === CR ? 'CR LF' : 'LF';
}

/** Lists the size line; returns where the next line begins, and the size. */
function listSize(list: FieldList): [number, number] {
  const { bytes } = list;
  const next = bytes.indexOf(LF) + 1;
  const line = latin1(bytes, 0, next).replace(/\r?\n$/, '');
  const digits = /^[0-9a-fA-F]*/.exec(line)![0];
  const size = Number.parseInt(digits, 16);
  const meaning =
    size > 0
      ? 'in hex: so many bytes of data follow'
      : '0: the last chunk, without data';
  list.add('size', [0, digits.length], `${digits} = ${number(size)}`, [
    meaning,
    SECTION,
  ]);
  if (line.length > digits.length) {
    const value = line.slice(digits.length);
    const says =
      'chunk extensions: a recipient ignores those that it does not know';
    list.add('extensions', [digits.length, line.length], value, [
      says,
      'RFC 9112, 7.1.1',
    ]);
  }
  const end = lineEnd(bytes, line.length);
  list.add('line end', [line.length, next], end, ['ends the size', SECTION]);
  return [next, size];
}

/** How the chunks of one body are read again. */
class ChunkDissector implements FieldDissector {
  readonly #type: ContentType;

  constructor(type: ContentType) {
    this.#type = type;
  }

  dissect(list: FieldList): void {
    const [from, size] = listSize(list);
    const to = from + size;
    const value = readable(list.bytes.subarray(from, to));
    list.add('data', [from, to], value, ['a piece of the body', SECTION]);
    const meaning = 'ends the chunk; not part of the data';
    const end = lineEnd(list.bytes, to);
    list.add('line end', [to, list.bytes.length], end, [meaning, SECTION]);
  }

  content({ bytes }: ContentSource): UnitContent {
    const from = bytes.indexOf(LF) + 1;
    const size = Number.parseInt(latin1(bytes, 0, from), 16);
    return pieceContent(bytes.subarray(from, from + size), this.#type);
  }
}

const lastChunkDissector: FieldDissector = {
  dissect(list) {
    const [from] = listSize(list);
    listTrailers(list, from);
    const { length } = list.bytes;
    const hasCr = list.bytes[length - 2] === CR;
    const start = length - (hasCr ? 2 : 1);
    list.add('blank line', [start, length], '', ['ends the body', SECTION]);
  },
};
