/**
 * Messages of a program's own protocol on plain TCP: each with its length
 * before it, or each on a line.
 *
 * What goes in: the bytes of each direction for itself, from its first one on;
 * see `byte-cursor.ts`. What comes out: a unit for each message, when its last
 * byte has come. What a partial message does: a line is kept, up to
 * `LINE_LIMIT`; of a message with its length, only the beginning.
 */
import { ReassemblyBuffer } from '../reassembly-buffer.ts';
import type { ByteCursor } from '../byte-cursor.ts';
import { ByteRanges } from '../byte-ranges.ts';
import { JsonTexts } from '../json-texts.ts';
import { LINE_LIMIT } from '../limits.ts';
import { readable } from '../coding/content.ts';
import { malformed, SidePair } from '../opaque.ts';
import { byteCount, number } from '../text.ts';
import { TextStart } from '../text-start.ts';
import {
  makeUnit,
  type Decoder,
  type Direction,
  type ProtocolDecoder,
  type Unit,
  type LayerDecoder,
  layerDecoder,
} from '../unit.ts';
import type {
  ContentSource,
  FieldDissector,
  FieldList,
  UnitContent,
} from '../fields.ts';

const LF = 10;
const CR = 13;

/** Where the text of a line ends: before LF, or CR LF. */
function lineEnd(bytes: Uint8Array): number {
  const { length } = bytes;
  if (bytes[length - 1] !== LF) return length;
  return bytes[length - 2] === CR ? length - 2 : length - 1;
}

const lineDissector: FieldDissector = {
  dissect(list) {
    const { bytes } = list;
    const end = lineEnd(bytes);
    const hasCr = bytes[end] === CR;
    list.text('text', [0, end], ['the line', '']);
    const mark = hasCr ? 'CR LF' : 'LF';
    if (end < bytes.length)
      list.add('line end', [end, bytes.length], mark, [
        'the line is complete',
        '',
      ]);
  },
  content: ({ bytes }) => ({
    bytes: bytes.subarray(0, lineEnd(bytes)),
    type: '',
  }),
};

class LineSide implements LayerDecoder {
  #direction: Direction;
  #line = new ReassemblyBuffer();
  #texts = new JsonTexts();

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  push(input: ByteCursor, units: Unit[]): void {
    const { bytes } = input;
    while (input.left > 0) {
      const found = bytes.indexOf(LF, input.next);
      const to = input.upTo(LINE_LIMIT - this.#line.length);
      this.#line.read(input, found < 0 ? to : Math.min(found + 1, to));
      if (bytes[input.next - 1] === LF) this.#end(units);
      else if (this.#line.length === LINE_LIMIT) this.#cut(units);
    }
  }

  finish(units: Unit[]): void {
    if (this.#line.length === 0) return;
    const problem = 'expected a line end, the connection ended';
    this.#end(units, problem);
  }

  #end(units: Unit[], problem?: string): void {
    const bytes = this.#line.take();
    const { ranges, size } = this.#line.ranges.take();
    const end = lineEnd(bytes);
    units.push(
      makeUnit({
        direction: this.#direction,
        kind: 'line',
        layer: 0,
        ranges,
        size,
        payload: end,
        updates: end > 0 ? 1 : 0,
        text: this.#texts.of(bytes, 0, end),
        summary: `line: ${byteCount(size)}, ${number(end)} of text`,
        problem,
        dissector: lineDissector,
      }),
    );
  }

  #cut(units: Unit[]): void {
    const problem = `expected a line end within ${byteCount(LINE_LIMIT)}`;
    const place = { direction: this.#direction };
    const line = this.#line.discard();
    units.push(malformed(place, line, problem, { kind: 'limit' }));
  }
}

class LengthDissector implements FieldDissector {
  readonly prefix: number;

  constructor(prefix: number) {
    this.prefix = prefix;
  }

  dissect(list: FieldList): void {
    const { prefix } = this;
    const { length } = list.bytes;
    const size = number(length - prefix);
    const meaning = `in ${byteCount(prefix)}, the highest first: so many bytes follow`;
    list.add('length', [0, prefix], size, [meaning, '']);
    const value = readable(list.bytes.subarray(prefix));
    list.add('message', [prefix, length], value, ['the message', '']);
  }

  content({ bytes }: ContentSource): UnitContent {
    return { bytes: bytes.subarray(this.prefix), type: '' };
  }
}

/** How many bytes the length before a message takes. */
export type Prefix = 1 | 2 | 4;

const LENGTH_DISSECTORS = {
  1: new LengthDissector(1),
  2: new LengthDissector(2),
  4: new LengthDissector(4),
};

class LengthPrefixSide implements LayerDecoder {
  #direction: Direction;
  #prefix: Prefix;
  #prefixRead = 0;
  #length = 0;
  #remaining = 0;
  #ranges = new ByteRanges();
  #start = new TextStart();

  constructor(direction: Direction, prefix: Prefix) {
    this.#direction = direction;
    this.#prefix = prefix;
  }

  push(input: ByteCursor, units: Unit[]): void {
    const { bytes } = input;
    while (input.left > 0) {
      if (this.#prefixRead < this.#prefix) {
        this.#length = this.#length * 256 + bytes[input.next]!;
        this.#ranges.read(input, input.next + 1);
        this.#prefixRead++;
        this.#remaining = this.#length;
      } else {
        const to = input.upTo(this.#remaining);
        this.#start.push(bytes, input.next, to);
        this.#remaining -= to - input.next;
        this.#ranges.read(input, to);
      }
      if (this.#prefixRead === this.#prefix && this.#remaining === 0)
        this.#end(units);
    }
  }

  finish(units: Unit[]): void {
    if (this.#prefixRead === 0) return;
    const problem = `expected the rest of a message of ${byteCount(this.#length)}, the connection ended`;
    const place = { direction: this.#direction };
    units.push(malformed(place, this.#ranges, problem));
  }

  #end(units: Unit[]): void {
    const { ranges, size } = this.#ranges.take();
    units.push(
      makeUnit({
        direction: this.#direction,
        kind: 'length-prefixed message',
        layer: 0,
        ranges,
        size,
        payload: this.#length,
        updates: this.#length > 0 ? 1 : 0,
        text: this.#start.take(),
        summary: `message: ${byteCount(size)}, ${number(this.#length)} after its length`,
        dissector: LENGTH_DISSECTORS[this.#prefix],
      }),
    );
    this.#prefixRead = 0;
    this.#length = 0;
  }
}

/** How a program cuts its bytes into messages. */
export type Delimiter = { by: 'lines' } | { by: 'length'; prefix: Prefix };

function sideOf(direction: Direction, delimiter: Delimiter): LayerDecoder {
  return delimiter.by === 'lines'
    ? new LineSide(direction)
    : new LengthPrefixSide(direction, delimiter.prefix);
}

/** Both directions of a protocol whose messages are cut in this way. */
export function delimited(delimiter: Delimiter): ProtocolDecoder {
  return new SidePair(sideOf('up', delimiter), sideOf('down', delimiter));
}

/**
 * Decodes lines, each ended by LF or CRLF, in UTF-8, of at most `LINE_LIMIT`.
 */
export function lineDecoder(direction: Direction = 'down'): Decoder {
  return layerDecoder(sideOf(direction, { by: 'lines' }));
}

/**
 * Decodes messages that have their length before them.
 * @param prefix the bytes of the length, the highest first
 */
export function lengthPrefixDecoder(
  prefix: Prefix,
  direction: Direction = 'down',
): Decoder {
  return layerDecoder(sideOf(direction, { by: 'length', prefix }));
}
