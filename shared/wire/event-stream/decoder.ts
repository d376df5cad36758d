/**
 * Server-sent events, WHATWG HTML 9.2: cuts an event stream into events and
 * comments. Left out: see left-out.md.
 *
 * A comment is told with the blank line after it. One without a blank line is
 * complete when the next line begins.
 *
 * There is at most one unit for each byte on the wire: a stream that gives more
 * of them, as a compressed one of blank lines does, is not read on.
 */
import { BlockDissector, readBlock, blockSummary } from './block.ts';
import { ReassemblyBuffer } from '../reassembly-buffer.ts';
import {
  BODY_PART,
  EVENT_LIMIT,
  KEPT_DECODED,
  KEPT_FOR_EACH_BYTE,
  UNITS_AHEAD,
} from '../limits.ts';
import { byteCount, number } from '../text.ts';
import {
  makeUnit,
  plainDissector,
  type Decoder,
  type Unit,
  type UnitPlace,
} from '../unit.ts';
import type { Range } from '../byte-ranges.ts';

const LF = 10;
const CR = 13;
const COLON = 58;
const NOTHING = new Uint8Array(0);

export class EventStream {
  /** It gave too many units: nothing after them is read. */
  stopped = false;
  #place: UnitPlace;
  #gather = new ReassemblyBuffer();
  #first = true;
  #lastEventId = '';
  /** Bytes of the line so far, its end not counted. */
  #lineLength = 0;
  /** Lines of the block so far, and whether all were comments. */
  #lines = 0;
  #onlyComments = true;
  /** The byte before was CR; a LF would belong to it. */
  #afterCr = false;
  /** A line of this stream ended with CR alone: do not wait for a LF. */
  #crAlone = false;
  /** The block is complete but for a LF that may follow. */
  #complete = false;
  /** The block is longer than the limit: its rest is only counted. */
  #skipping = false;
  /** The compressed bytes that the plain bytes at hand come from. */
  #packed: Range | undefined;
  /** Bytes on the wire, those of the present call not counted. */
  #wire = 0;
  /** Where the present call began. */
  #from = 0;
  #told = 0;

  constructor(place: UnitPlace) {
    this.#place = place;
  }

  /** Takes `bytes[from..to)`; the raw offset of `bytes[0]` is `at`. */
  push(
    bytes: Uint8Array,
    from: number,
    to: number,
    at: number,
    units: Unit[],
  ): void {
    // What of these bytes belongs to the block that is being read.
    let start = from;
    let i = from;
    this.#from = from;
    while (i < to && !this.stopped) {
      if (this.#afterCr) {
        this.#afterCr = false;
        const isPair = bytes[i] === LF;
        if (isPair) i++;
        else this.#crAlone = true;
        if (this.#complete) start = this.#close(bytes, start, i, at, units);
        if (isPair) continue;
      }
      const lineStart = i;
      while (i < to && bytes[i] !== LF && bytes[i] !== CR) i++;
      if (i > lineStart) {
        if (this.#lineLength === 0 && this.#isComment())
          start = this.#close(bytes, start, lineStart, at, units);
        this.#inLine(bytes[lineStart]!, i - lineStart);
      }
      if (i < to) {
        i++;
        if (this.#endLine(bytes[i - 1]!))
          start = this.#close(bytes, start, i, at, units);
      }
    }
    if (!this.#packed) this.#wire += to - from;
    if (this.stopped) return;
    if (this.#tooLong(to - start))
      start = this.#cutOff(bytes, start, at, units);
    this.#keep(bytes, start, to, at);
  }

  /** The plain bytes that follow come from these compressed ones. */
  packed(range: Range): void {
    this.#packed = range;
    this.#wire += range[1] - range[0];
    this.#gather.ranges.add(range[0], range[1]);
  }

  /** Takes plain bytes, after `packed`. */
  pushPlain(bytes: Uint8Array, from: number, to: number, units: Unit[]): void {
    this.push(bytes, from, to, 0, units);
  }

  /** The stream has ended: an incomplete event is never dispatched. */
  finish(units: Unit[]): void {
    this.#from = 0;
    if (this.#complete || this.#isComment())
      this.#close(NOTHING, 0, 0, 0, units);
    if (this.#gather.length === 0 || this.stopped) return;
    this.#gather.take();
    const { ranges, size } = this.#gather.ranges.take();
    units.push(
      makeUnit({
        ...this.#place,
        kind: 'no event',
        ranges,
        size,
        payload: 0,
        summary: `unfinished event: ${byteCount(size)}, discarded: the stream ended before a blank line`,
        dissector: this.#dissector(),
      }),
    );
  }

  /** The lines so far are a comment: what begins next is another unit. */
  #isComment(): boolean {
    return this.#lines > 0 && this.#onlyComments;
  }

  #inLine(byte: number, length: number): void {
    if (this.#lineLength === 0 && byte !== COLON) this.#onlyComments = false;
    this.#lineLength += length;
  }

  /** Returns whether the block is complete. */
  #endLine(byte: number): boolean {
    const isBlank = this.#lineLength === 0;
    this.#lineLength = 0;
    this.#lines++;
    this.#afterCr = byte === CR;
    if (!isBlank) return false;
    this.#complete = true;
    return byte === LF || this.#crAlone;
  }

  #keep(bytes: Uint8Array, from: number, to: number, at: number): void {
    const [start, end] = this.#packed ?? [at + from, at + to];
    if (!this.#skipping) this.#gather.add(bytes, from, to, start, end);
    else if (from < to) this.#gather.ranges.add(start, end);
  }

  #tooLong(more: number): boolean {
    return !this.#skipping && this.#gather.length + more > EVENT_LIMIT;
  }

  /** Tells the limit, keeps the place, and counts what still comes. */
  #cutOff(bytes: Uint8Array, from: number, at: number, units: Unit[]): number {
    // To the byte where the limit is, wherever the bytes were cut.
    const limit = from + EVENT_LIMIT - this.#gather.length;
    this.#keep(bytes, from, limit, at);
    this.#gather.take();
    const { ranges, size } = this.#gather.ranges.take();
    const what = `an event of more than ${number(EVENT_LIMIT)} bytes`;
    units.push(
      makeUnit({
        ...this.#place,
        kind: 'limit',
        ranges,
        size,
        payload: 0,
        summary: `${what}: this is how far it was read`,
        problem: `${what} is too long to be shown`,
        dissector: plainDissector,
      }),
    );
    this.#skipping = true;
    return limit;
  }

  /** The block ends before `bytes[to]`; returns where the next begins. */
  #close(
    bytes: Uint8Array,
    from: number,
    to: number,
    at: number,
    units: Unit[],
  ): number {
    if (this.stopped) return to;
    let rest = from;
    if (this.#tooLong(to - rest)) rest = this.#cutOff(bytes, rest, at, units);
    let block = NOTHING as Uint8Array;
    if (this.#skipping) {
      this.#keep(bytes, rest, to, at);
    } else {
      const [start, end] = this.#packed ?? [at + from, at + to];
      block = this.#gather.finish(bytes, from, to, start, end);
    }
    const { ranges, size, overflowed } = this.#gather.ranges.take();
    if (!this.#hasRoom(to)) this.#stop(ranges, size, units);
    else if (this.#skipping) this.#closeSkipped(ranges, size, units);
    else this.#closeBlock(block, ranges, size, overflowed, units);
    this.#lines = 0;
    this.#lineLength = 0;
    this.#onlyComments = true;
    this.#complete = false;
    this.#skipping = false;
    return to;
  }

  /**
   * Whether another unit may be told, and one more that says that no other may.
   * Each part of a body by its length is a unit, too.
   */
  #hasRoom(to: number): boolean {
    const wire = this.#wire + (this.#packed ? 0 : to - this.#from);
    const most = wire - Math.floor(wire / BODY_PART) + UNITS_AHEAD;
    this.#told++;
    return this.#told < most;
  }

  #stop(ranges: Range[], size: number, units: Unit[]): void {
    this.stopped = true;
    const what = `more events, comments and blank lines than bytes on the wire`;
    units.push(
      makeUnit({
        ...this.#place,
        kind: 'limit',
        ranges,
        size,
        payload: 0,
        summary: `${what}: the rest of this event stream is not read`,
        problem: what,
        dissector: plainDissector,
      }),
    );
  }

  #closeSkipped(ranges: Range[], size: number, units: Unit[]): void {
    units.push(
      makeUnit({
        ...this.#place,
        kind: 'limit',
        ranges,
        size,
        payload: 0,
        summary: `the rest of an event that was too long: ${byteCount(size)}`,
        dissector: plainDissector,
      }),
    );
    this.#first = false;
  }

  #closeBlock(
    bytes: Uint8Array,
    ranges: Range[],
    size: number,
    overflowed: boolean,
    units: Unit[],
  ): void {
    const isPacked = this.#packed !== undefined;
    const kept = Math.min(KEPT_DECODED, size * KEPT_FOR_EACH_BYTE);
    const block = readBlock(bytes, this.#first, isPacked ? kept : Infinity);
    if (block.id !== undefined) this.#lastEventId = block.id;
    const summary = blockSummary(block, bytes.length);
    units.push(
      makeUnit({
        direction: this.#place.direction,
        layer: this.#place.layer,
        exchange: this.#place.exchange,
        stream: this.#place.stream,
        kind: block.kind,
        ranges,
        size,
        payload: isPacked ? size : block.dataSize,
        summary: isPacked
          ? `${summary}; compressed to ${byteCount(size)}`
          : summary,
        problem: overflowed
          ? 'in too many pieces: the last ones are not marked'
          : undefined,
        dissector: this.#dissector(isPacked ? bytes : undefined, kept),
      }),
    );
    this.#first = false;
  }

  /** @param kept so many of the plain bytes, if it is compressed */
  #dissector(plain?: Uint8Array, kept = 0): BlockDissector {
    return new BlockDissector(
      this.#first,
      this.#lastEventId,
      plain?.slice(0, kept),
      plain?.length,
    );
  }
}

/** Decodes the body of a `text/event-stream` by itself. */
export function eventStreamDecoder(): Decoder {
  const stream = new EventStream({ direction: 'down', layer: 0 });
  let at = 0;
  return {
    feed(bytes) {
      const units: Unit[] = [];
      stream.push(bytes, 0, bytes.length, at, units);
      at += bytes.length;
      return units;
    },
    end() {
      const units: Unit[] = [];
      stream.finish(units);
      return units;
    },
  };
}
