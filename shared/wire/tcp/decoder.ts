/**
 * Messages of a program's own protocol on plain TCP: each with its length
 * before it, or each on a line.
 */
import { ReassemblyBuffer } from '../reassembly-buffer.ts';
import { ByteRanges } from '../byte-ranges.ts';
import { LINE_LIMIT } from '../limits.ts';
import { readable } from '../coding/content.ts';
import { malformed } from '../opaque.ts';
import { byteCount, number, preview } from '../text.ts';
import {
  makeUnit,
  type Decoder,
  type Direction,
  type ProtocolDecoder,
  type Unit,
} from '../unit.ts';
import type { FieldDissector } from '../fields.ts';

const LF = 10;
const CR = 13;
/** As much of a message as its line may quote. */
const PREVIEW = 128;

/** One direction of such a protocol. */
interface Side {
  push(bytes: Uint8Array, from: number, at: number, units: Unit[]): void;
  finish(units: Unit[]): void;
}

const lineDissector: FieldDissector = {
  dissect(list) {
    const { bytes } = list;
    let end = bytes.length;
    if (bytes[end - 1] === LF) end--;
    const hasCr = end < bytes.length && bytes[end - 1] === CR;
    if (hasCr) end--;
    list.text('text', 0, end, 'the line', '');
    const mark = hasCr ? 'CR LF' : 'LF';
    if (end < bytes.length)
      list.add('line end', end, bytes.length, mark, 'the line is complete', '');
  },
};

class LineSide implements Side {
  #direction: Direction;
  #line = new ReassemblyBuffer();

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  push(bytes: Uint8Array, from: number, at: number, units: Unit[]): void {
    let next = from;
    while (next < bytes.length) {
      const found = bytes.indexOf(LF, next);
      const wanted = found < 0 ? bytes.length : found + 1;
      const to = Math.min(wanted, next + LINE_LIMIT - this.#line.length);
      this.#line.add(bytes, next, to, at + next, at + to);
      next = to;
      if (bytes[to - 1] === LF) this.#end(units);
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
    let end = bytes.length;
    if (bytes[end - 1] === LF) end--;
    if (end < bytes.length && bytes[end - 1] === CR) end--;
    units.push(
      makeUnit({
        direction: this.#direction,
        kind: 'line',
        layer: 0,
        ranges,
        size,
        payload: end,
        summary: `line${preview(bytes.subarray(0, end), 40)}: ${byteCount(size)}, ${number(end)} of text`,
        problem,
        dissector: lineDissector,
      }),
    );
  }

  #cut(units: Unit[]): void {
    const problem = `expected a line end within ${byteCount(LINE_LIMIT)}`;
    const { ranges } = this.#line;
    const gather = new ReassemblyBuffer();
    this.#line.take();
    for (const [start, end] of ranges.take().ranges)
      gather.ranges.add(start, end);
    const place = { direction: this.#direction };
    units.push(malformed(place, gather, problem, 'limit'));
  }
}

class LengthDissector implements FieldDissector {
  readonly prefix: number;

  constructor(prefix: number) {
    this.prefix = prefix;
  }

  dissect(list: Parameters<FieldDissector['dissect']>[0]): void {
    const { prefix } = this;
    const { length } = list.bytes;
    const size = number(length - prefix);
    const meaning = `in ${byteCount(prefix)}, the highest first: so many bytes follow`;
    list.add('length', 0, prefix, size, meaning, '');
    const value = readable(list.bytes.subarray(prefix));
    list.add('message', prefix, length, value, 'the message', '');
  }
}

/** How many bytes the length before a message takes. */
export type Prefix = 1 | 2 | 4;

const LENGTH_DISSECTORS = {
  1: new LengthDissector(1),
  2: new LengthDissector(2),
  4: new LengthDissector(4),
};

class LengthPrefixSide implements Side {
  #direction: Direction;
  #prefix: Prefix;
  #prefixRead = 0;
  #length = 0;
  #remaining = 0;
  #trail = new ByteRanges();
  #preview = new ReassemblyBuffer();

  constructor(direction: Direction, prefix: Prefix) {
    this.#direction = direction;
    this.#prefix = prefix;
  }

  push(bytes: Uint8Array, from: number, at: number, units: Unit[]): void {
    let next = from;
    while (next < bytes.length) {
      if (this.#prefixRead < this.#prefix) {
        this.#trail.add(at + next, at + next + 1);
        this.#length = this.#length * 256 + bytes[next++]!;
        this.#prefixRead++;
        this.#remaining = this.#length;
      } else {
        const to = Math.min(bytes.length, next + this.#remaining);
        const room = PREVIEW - this.#preview.length;
        const shown = Math.min(to, next + room);
        this.#preview.add(bytes, next, shown, at + next, at + shown);
        this.#trail.add(at + next, at + to);
        this.#remaining -= to - next;
        next = to;
      }
      if (this.#prefixRead === this.#prefix && this.#remaining === 0)
        this.#end(units);
    }
  }

  finish(units: Unit[]): void {
    if (this.#prefixRead === 0) return;
    const gather = new ReassemblyBuffer();
    for (const [start, end] of this.#trail.take().ranges)
      gather.ranges.add(start, end);
    const problem = `expected the rest of a message of ${byteCount(this.#length)}, the connection ended`;
    const place = { direction: this.#direction };
    units.push(malformed(place, gather, problem));
  }

  #end(units: Unit[]): void {
    const quote = preview(this.#preview.take());
    this.#preview.ranges.take();
    const { ranges, size } = this.#trail.take();
    units.push(
      makeUnit({
        direction: this.#direction,
        kind: 'length-prefixed message',
        layer: 0,
        ranges,
        size,
        payload: this.#length,
        summary: `message${quote}: ${byteCount(size)}, ${number(this.#length)} after its length`,
        dissector: LENGTH_DISSECTORS[this.#prefix],
      }),
    );
    this.#prefixRead = 0;
    this.#length = 0;
  }
}

/** How a program cuts its bytes into messages. */
export type Delimiter = { by: 'lines' } | { by: 'length'; prefix: Prefix };

function sideOf(direction: Direction, delimiter: Delimiter): Side {
  return delimiter.by === 'lines'
    ? new LineSide(direction)
    : new LengthPrefixSide(direction, delimiter.prefix);
}

/** Both directions of such a protocol. */
export class Delimited implements ProtocolDecoder {
  #sides: Record<Direction, Side>;

  constructor(delimiter: Delimiter) {
    this.#sides = {
      up: sideOf('up', delimiter),
      down: sideOf('down', delimiter),
    };
  }

  push(
    direction: Direction,
    bytes: Uint8Array,
    from: number,
    at: number,
    units: Unit[],
  ): void {
    this.#sides[direction].push(bytes, from, at, units);
  }

  finish(direction: Direction, units: Unit[]): void {
    this.#sides[direction].finish(units);
  }
}

function decoderOf(side: Side): Decoder {
  let at = 0;
  return {
    feed(bytes) {
      const units: Unit[] = [];
      side.push(bytes, 0, at, units);
      at += bytes.length;
      return units;
    },
    end() {
      const units: Unit[] = [];
      side.finish(units);
      return units;
    },
  };
}

/** Decodes lines, each ended by LF or CRLF, in UTF-8. */
export function lineDecoder(direction: Direction = 'down'): Decoder {
  return decoderOf(sideOf(direction, { by: 'lines' }));
}

/**
 * Decodes messages that have their length before them.
 * @param prefix the bytes of the length, the highest first
 */
export function lengthPrefixDecoder(
  prefix: Prefix,
  direction: Direction = 'down',
): Decoder {
  return decoderOf(sideOf(direction, { by: 'length', prefix }));
}
