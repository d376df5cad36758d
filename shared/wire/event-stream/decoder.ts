/**
 * Server-sent events, HTML, 9.2: cuts an event stream into events and
 * comments. Left out: see left-out.md.
 *
 * What goes in: the bytes of one stream, without chunks or frames around them;
 * see `byte-cursor.ts`. Of a compressed one, the plain bytes that each byte on
 * the wire completes: see `packed`.
 *
 * What comes out: a unit for each block, when its blank line has come. A
 * comment is told with the blank line after it. One without a blank line is
 * complete when the next line begins.
 *
 * What a partial block does: it is kept, up to `EVENT_LIMIT`; when the stream
 * ends, it is told as an event that is never dispatched.
 *
 * There is at most one unit for each byte on the wire: a stream that gives more
 * of them, as a compressed one of blank lines does, is not read on.
 */
import { BlockDissector, readBlock, blockSummary } from './block.ts';
import { ByteCursor } from '../byte-cursor.ts';
import { JsonTexts } from '../json-texts.ts';
import { KeptPlain } from '../kept-plain.ts';
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
  type LayerDecoder,
  type UnitParts,
  layerDecoder,
} from '../unit.ts';
import type { Range, TakenRanges } from '../byte-ranges.ts';

const LF = 10;
const CR = 13;
const COLON = 58;
const NOTHING = new Uint8Array(0);

/**
 * Cuts one event stream into units: events, comments, and blocks that are
 * neither. All bytes are taken, and `finish` tells what was incomplete.
 */
export class EventStream implements LayerDecoder {
  /** It gave too many units: nothing after them is read. */
  stopped = false;
  #place: UnitPlace;
  #block = new ReassemblyBuffer();
  #texts = new JsonTexts();
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
  #emitted = 0;

  constructor(place: UnitPlace) {
    this.#place = place;
  }

  /** Takes all bytes up to `to`, whatever they are. */
  push(input: ByteCursor, units: Unit[], to = input.bytes.length): void {
    // What was not taken of them belongs to the block that is being read.
    const { bytes } = input;
    let i = input.next;
    this.#from = i;
    while (i < to && !this.stopped) {
      if (this.#afterCr) {
        this.#afterCr = false;
        const isPair = bytes[i] === LF;
        if (isPair) i++;
        else this.#crAlone = true;
        if (this.#complete) this.#close(input, i, units);
        if (isPair) continue;
      }
      const lineStart = i;
      while (i < to && bytes[i] !== LF && bytes[i] !== CR) i++;
      if (i > lineStart) {
        if (this.#lineLength === 0 && this.#isComment())
          this.#close(input, lineStart, units);
        this.#inLine(bytes[lineStart]!, i - lineStart);
      }
      if (i < to) {
        i++;
        if (this.#endLine(bytes[i - 1]!)) this.#close(input, i, units);
      }
    }
    if (!this.#packed) this.#wire += to - this.#from;
    if (this.stopped) {
      input.next = to;
      return;
    }
    if (this.#tooLong(to - input.next)) this.#cutOff(input, units);
    this.#keep(input, to);
  }

  /** The plain bytes that follow come from these compressed ones. */
  packed(range: Range): void {
    this.#packed = range;
    this.#wire += range[1] - range[0];
    this.#block.ranges.add(range[0], range[1]);
  }

  /** The stream has ended: an incomplete event is never dispatched. */
  finish(units: Unit[]): void {
    this.#from = 0;
    if (this.#complete || this.#isComment())
      this.#close(new ByteCursor(NOTHING), 0, units);
    if (this.#block.length === 0 || this.stopped) return;
    const { ranges, size } = this.#block.discard().take();
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

  #keep(input: ByteCursor, to: number): void {
    if (!this.#skipping) this.#block.append(input.bytes, input.next, to);
    this.#take(input, to);
  }

  /** Takes bytes whose place is told, and that are not kept. */
  #take(input: ByteCursor, to: number): void {
    if (input.next === to) return;
    const { ranges } = this.#block;
    if (!this.#packed) {
      ranges.read(input, to);
      return;
    }
    const [start, end] = this.#packed;
    ranges.add(start, end);
    input.next = to;
  }

  #tooLong(more: number): boolean {
    return !this.#skipping && this.#block.length + more > EVENT_LIMIT;
  }

  /** Tells the limit, keeps the place, and counts what still comes. */
  #cutOff(input: ByteCursor, units: Unit[]): void {
    // To the byte where the limit is, wherever the bytes were cut.
    this.#keep(input, input.next + EVENT_LIMIT - this.#block.length);
    const what = `an event of more than ${number(EVENT_LIMIT)} bytes`;
    this.#emitLimit(this.#block.discard().take(), units, {
      summary: `${what}: this is how far it was read`,
      problem: `${what} is too long to be shown`,
    });
    this.#skipping = true;
  }

  /** The block ends before the index `to`. */
  #close(input: ByteCursor, to: number, units: Unit[]): void {
    if (this.stopped) return;
    if (this.#tooLong(to - input.next)) this.#cutOff(input, units);
    const block = this.#skipping
      ? NOTHING
      : this.#block.finish(input.bytes, input.next, to);
    this.#take(input, to);
    const taken = this.#block.ranges.take();
    if (!this.#hasRoom(to)) this.#stop(taken, units);
    else if (this.#skipping) this.#closeSkipped(taken, units);
    else this.#closeBlock(block, taken, units);
    this.#lines = 0;
    this.#lineLength = 0;
    this.#onlyComments = true;
    this.#complete = false;
    this.#skipping = false;
  }

  /**
   * Whether another unit may be told, and one more that says that no other may.
   * Each part of a body by its length is a unit, too.
   */
  #hasRoom(to: number): boolean {
    const wire = this.#wire + (this.#packed ? 0 : to - this.#from);
    const most = wire - Math.floor(wire / BODY_PART) + UNITS_AHEAD;
    this.#emitted++;
    return this.#emitted < most;
  }

  #stop(taken: TakenRanges, units: Unit[]): void {
    this.stopped = true;
    const what = `more events, comments and blank lines than bytes on the wire`;
    this.#emitLimit(taken, units, {
      summary: `${what}: the rest of this event stream is not read`,
      problem: what,
    });
  }

  #closeSkipped(taken: TakenRanges, units: Unit[]): void {
    this.#emitLimit(taken, units, {
      summary: `the rest of an event that was too long: ${byteCount(taken.size)}`,
    });
    this.#first = false;
  }

  #emitLimit(
    { ranges, size }: TakenRanges,
    units: Unit[],
    words: Pick<UnitParts, 'summary' | 'problem'>,
  ): void {
    units.push(
      makeUnit({
        ...this.#place,
        ...words,
        kind: 'limit',
        ranges,
        size,
        payload: 0,
        dissector: plainDissector,
      }),
    );
  }

  #closeBlock(bytes: Uint8Array, taken: TakenRanges, units: Unit[]): void {
    const { ranges, size, overflowed } = taken;
    const isPacked = this.#packed !== undefined;
    const mostId = isPacked
      ? Math.min(KEPT_DECODED, size * KEPT_FOR_EACH_BYTE)
      : Infinity;
    const block = readBlock(bytes, this.#first, mostId);
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
        updates: block.kind === 'event' && block.dataSize > 0 ? 1 : 0,
        text: block.data ? this.#texts.of(bytes, ...block.data) : block.text,
        summary: isPacked
          ? `${summary}; compressed to ${byteCount(size)}`
          : summary,
        problem: overflowed
          ? 'in too many pieces: the last ones are not marked'
          : undefined,
        dissector: this.#dissector(
          isPacked ? new KeptPlain(bytes, bytes.length, size) : undefined,
        ),
      }),
    );
    this.#first = false;
  }

  /** @param plain its bytes, if it is compressed */
  #dissector(plain?: KeptPlain): BlockDissector {
    return new BlockDissector(this.#first, this.#lastEventId, plain);
  }
}

/**
 * Decodes the body of a `text/event-stream` by itself: layer 0, downwards.
 */
export function eventStreamDecoder(): Decoder {
  return layerDecoder(new EventStream({ direction: 'down', layer: 0 }));
}
