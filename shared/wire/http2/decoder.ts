/**
 * HTTP/2, RFC 9113: every frame of both directions, header blocks with their
 * tables (RFC 7541), windows, and what the streams carry: bodies, event
 * streams, a WebSocket (RFC 8441). Known extensions: ALTSVC, ORIGIN,
 * PRIORITY_UPDATE. Left out: see left-out.md.
 *
 * What goes in: the bytes of both directions, from the preface on, in the order
 * in which they were recorded; see `byte-cursor.ts`.
 *
 * What comes out: a unit for the preface and for each frame, when its last byte
 * has come; one layer above, what a header block in several frames says, and
 * what the DATA of a stream holds.
 *
 * What a partial frame does: its header is kept, and of its payload the first
 * `FRAME_LIMIT` bytes, or `HEADER_BLOCK_LIMIT`; DATA passes on at once. A frame
 * that breaks a rule is told with its problem, and the next one is read; only a
 * wrong preface makes the rest of its direction opaque.
 */
import { ReassemblyBuffer } from '../reassembly-buffer.ts';
import type { ByteCursor } from '../byte-cursor.ts';
import { ByteRanges } from '../byte-ranges.ts';
import { HeaderBlocks } from './headers.ts';
import type { Http2Frame, WholeFrame } from './frame.ts';
import {
  DataDissector,
  http2FrameDissector,
  HEADER_SIZE,
  prefaceDissector,
  uint,
  uint31,
  WindowUpdateDissector,
} from './fields.ts';
import { MOST_WINDOW } from './forbidden.ts';
import { sizeProblem, streamProblem, frameSummary } from './rules.ts';
import { Http2States } from './states.ts';
import { Streams, type DataReader } from './streams.ts';
import { END_STREAM, FRAME, frameKind, PADDED, SETTING } from './words.ts';
import { FRAME_LIMIT, HEADER_BLOCK_LIMIT } from '../limits.ts';
import { malformed, Opaque } from '../opaque.ts';
import { byteCount, latin1, number, shortened } from '../text.ts';
import { TextStart } from '../text-start.ts';
import {
  connectionDecoder,
  makeUnit,
  otherDirection,
  type ConnectionDecoder,
  type Direction,
  type ProtocolDecoder,
  type Unit,
} from '../unit.ts';
import type { Decompressors, FieldDissector } from '../fields.ts';

/** The first bytes of every client, RFC 9113, 3.4. */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

class Side {
  readonly direction: Direction;
  /** What came of the preface, or of the header of a frame. */
  readonly header = new ReassemblyBuffer();
  readonly payload = new ReassemblyBuffer();
  /** All bytes of the frame, or of the preface, so far. */
  readonly ranges = new ByteRanges();
  readonly opaque: Opaque;
  readonly headers: HeaderBlocks;
  isOpaque = false;
  needsPreface: boolean;
  frame: Http2Frame | undefined;
  remaining = 0;
  /** The largest payload that the other side has said it takes. */
  maxFrameSize = 16_384;
  /** Of a DATA frame: what is left of its data; the rest is padding. */
  data = 0;
  padding = 0;
  needsPadding = false;
  reader: DataReader | undefined;
  /** The beginning of the data, where no other unit shows it. */
  readonly start = new TextStart();

  constructor(direction: Direction, streams: Streams, states: Http2States) {
    this.direction = direction;
    this.needsPreface = direction === 'up';
    this.opaque = new Opaque(direction);
    this.headers = new HeaderBlocks(direction, streams, states);
  }
}

/** Both directions of an HTTP/2 connection, from its preface on. */
export class Http2 implements ProtocolDecoder {
  readonly #streams: Streams;
  readonly #states = new Http2States();
  readonly #sides: Record<Direction, Side>;

  /** @param decompressors for codings other than gzip and deflate */
  constructor(decompressors: Decompressors = {}) {
    this.#streams = new Streams(decompressors);
    this.#sides = {
      up: new Side('up', this.#streams, this.#states),
      down: new Side('down', this.#streams, this.#states),
    };
  }

  push(direction: Direction, input: ByteCursor, units: Unit[]): void {
    const side = this.#sides[direction];
    while (input.left > 0) {
      if (side.isOpaque) {
        side.opaque.push(input, units);
        return;
      }
      if (side.needsPreface) this.#preface(side, input, units);
      else if (!side.frame) this.#header(side, input);
      else if (side.frame.type === FRAME.DATA) this.#data(side, input, units);
      else this.#payload(side, input);
      if (side.frame && side.remaining === 0) this.#endFrame(side, units);
    }
  }

  finish(direction: Direction, units: Unit[]): void {
    const side = this.#sides[direction];
    if (side.ranges.size > 0) {
      const problem = `expected the rest of a ${side.needsPreface ? 'preface' : 'frame'}, the connection ended`;
      units.push(malformed({ direction }, side.ranges, problem));
    }
    this.#streams.finish(direction, units);
    side.isOpaque = true;
  }

  #preface(side: Side, input: ByteCursor, units: Unit[]): void {
    const { bytes } = input;
    while (input.left > 0 && side.needsPreface) {
      const { next, offset } = input;
      const expected = PREFACE.charCodeAt(side.header.length);
      side.header.append(bytes, next, next + 1);
      side.ranges.read(input, next + 1);
      if (bytes[next] !== expected) {
        const problem = `expected the preface of HTTP/2, found "${shortened(latin1(side.header.peek()))}" (RFC 9113, 3.4)`;
        const { direction, ranges } = side;
        units.push(malformed({ direction }, ranges, problem, { offset }));
        side.isOpaque = true;
        return;
      }
      if (side.header.length === PREFACE.length) this.#endPreface(side, units);
    }
  }

  #endPreface(side: Side, units: Unit[]): void {
    side.needsPreface = false;
    side.header.take();
    const { ranges, size } = side.ranges.take();
    units.push(
      makeUnit({
        direction: side.direction,
        kind: 'http/2 preface',
        layer: 0,
        ranges,
        size,
        payload: 0,
        summary: `preface: ${byteCount(size)}, from here on it is HTTP/2`,
        dissector: prefaceDissector,
      }),
    );
  }

  #header(side: Side, input: ByteCursor): void {
    const to = input.upTo(HEADER_SIZE - side.header.length);
    side.header.append(input.bytes, input.next, to);
    side.ranges.read(input, to);
    if (side.header.length < HEADER_SIZE) return;
    const header = side.header.take();
    side.frame = {
      length: uint(header, 0, 3),
      type: header[3]!,
      flags: header[4]!,
      stream: uint31(header, 5),
    };
    side.remaining = side.frame.length;
    side.padding = 0;
    side.needsPadding = (side.frame.flags & PADDED) !== 0;
    side.data = side.frame.length;
  }

  /** DATA is not kept: it passes on to what reads it. */
  #data(side: Side, input: ByteCursor, units: Unit[]): void {
    const end = input.upTo(side.remaining);
    side.remaining -= end - input.next;
    side.ranges.add(input.offset, input.base + end);
    if (side.needsPadding) {
      side.needsPadding = false;
      side.padding = input.bytes[input.next++]!;
      side.data = Math.max(0, side.data - 1 - side.padding);
    }
    const dataEnd = Math.min(end, input.next + side.data);
    if (dataEnd > input.next) {
      side.data -= dataEnd - input.next;
      side.reader ??= this.#streams.reader(side.direction, side.frame!.stream);
      if (side.reader?.showsPieces ?? true)
        side.start.push(input.bytes, input.next, dataEnd);
      side.reader?.push(input, units, dataEnd);
    }
    input.next = end;
  }

  #payload(side: Side, input: ByteCursor): void {
    const to = input.upTo(side.remaining);
    const limit = HeaderBlocks.has(side.frame!.type)
      ? HEADER_BLOCK_LIMIT
      : FRAME_LIMIT;
    const kept = Math.min(to, input.upTo(limit - side.payload.length));
    side.payload.append(input.bytes, input.next, kept);
    side.remaining -= to - input.next;
    side.ranges.read(input, to);
  }

  #endFrame(side: Side, units: Unit[]): void {
    const frame = side.frame!;
    side.frame = undefined;
    const payload = side.payload.take();
    const { ranges, size } = side.ranges.take();
    let problem = side.headers.interruption(frame);
    if (frame.length > side.maxFrameSize)
      problem ??= `expected at most ${byteCount(side.maxFrameSize)} of payload, found ${number(frame.length)} (RFC 9113, 4.2)`;
    problem ??= sizeProblem(frame) ?? streamProblem(frame);
    const isSound = problem === undefined;
    // DATA is asked about when its padding is known.
    if (isSound && frame.type !== FRAME.DATA)
      problem = this.#states.frame(side.direction, frame, payload);
    const whole = { frame, payload, ranges, size, problem, isSound };
    if (HeaderBlocks.has(frame.type)) side.headers.frame(whole, units);
    else if (frame.type === FRAME.DATA) this.#emitData(side, whole, units);
    else this.#emit(side, whole, units);
  }

  #emitData(side: Side, whole: WholeFrame, units: Unit[]): void {
    const { frame, ranges, size } = whole;
    const { direction } = side;
    const pad = frame.flags & PADDED ? 1 + side.padding : 0;
    const payload = Math.max(0, frame.length - pad);
    if (pad > frame.length)
      whole.problem ??= `expected padding shorter than the frame, found ${byteCount(side.padding)} (RFC 9113, 6.1)`;
    const { stream } = frame;
    if (stream !== 0) this.#streams.use(direction, stream, frame.length);
    this.#streams.use(direction, 0, frame.length);
    whole.problem ??=
      this.#states.data(direction, frame, payload) ??
      this.#overrun(direction, frame);
    const ends = (frame.flags & END_STREAM) !== 0;
    units.push(
      makeUnit({
        direction,
        kind: 'http/2 DATA',
        layer: 0,
        ranges,
        size,
        payload,
        counts: !side.reader?.emitsUnits,
        updates: side.reader?.updates ?? 0,
        summary: `DATA, stream ${frame.stream}: ${byteCount(size)}, ${number(payload)} of data${ends ? ', ends the stream' : ''}`,
        text: side.start.take(side.reader?.pieceTexts),
        problem: whole.problem,
        stream: frame.stream,
        dissector: new DataDissector(
          this.#streams.windowOf(frame.stream, direction),
          this.#streams.windows[direction],
          side.reader?.type,
        ),
      }),
    );
    side.reader = undefined;
    if (ends) this.#streams.end(direction, frame.stream, units);
  }

  /** More data than the other side has allowed: RFC 9113, 6.9.1. */
  #overrun(sender: Direction, frame: Http2Frame): string | undefined {
    if (frame.length === 0) return undefined;
    const { stream } = frame;
    const most = this.#states.initialWindow(otherDirection(sender));
    const window = Math.min(
      this.#streams.windows[sender],
      this.#streams.windowOf(stream, sender, most),
    );
    if (window >= 0) return undefined;
    const was = Math.max(0, frame.length + window);
    return `expected at most ${byteCount(was)}, as the window allows, found ${number(frame.length)} (RFC 9113, 6.9.1)`;
  }

  /** All other frames. */
  #emit(side: Side, whole: WholeFrame, units: Unit[]): void {
    const { frame, ranges, size } = whole;
    const dissector = whole.isSound
      ? this.#apply(side, whole)
      : http2FrameDissector;
    const { problem } = whole;
    units.push(
      makeUnit({
        direction: side.direction,
        kind: frameKind(frame.type),
        layer: 0,
        ranges,
        size,
        payload: 0,
        summary: frameSummary(whole),
        problem,
        stream: frame.stream === 0 ? undefined : frame.stream,
        dissector,
      }),
    );
    if (frame.type === FRAME.RST_STREAM)
      this.#streams.reset(frame.stream, units);
  }

  /** What the frame changes; returns how to read it again. */
  #apply(side: Side, whole: WholeFrame): FieldDissector {
    const { frame, payload } = whole;
    if (frame.type === FRAME.SETTINGS) {
      for (let at = 0; at + 6 <= payload.length; at += 6)
        whole.problem ??= this.#setting(
          side,
          uint(payload, at, 2),
          uint(payload, at + 2, 4),
        );
    } else if (frame.type === FRAME.WINDOW_UPDATE) {
      const sender = otherDirection(side.direction);
      const { stream } = frame;
      this.#streams.widen(side.direction, stream, uint31(payload, 0));
      whole.problem ??= this.#tooWide(sender, stream);
      return new WindowUpdateDissector(
        stream === 0 ? undefined : this.#streams.windowOf(stream, sender),
        this.#streams.windows[sender],
      );
    }
    return http2FrameDissector;
  }

  /** What one side sets, the other one must keep to. */
  #setting(side: Side, id: number, value: number): string | undefined {
    const other = this.#sides[otherDirection(side.direction)];
    if (id === SETTING.HEADER_TABLE_SIZE) {
      const { hpack } = other.headers;
      // A smaller table is used only from the next block on.
      hpack.allowed = Math.max(hpack.allowed, value);
    } else if (id === SETTING.MAX_FRAME_SIZE) {
      other.maxFrameSize = Math.max(other.maxFrameSize, value);
    } else if (id === SETTING.INITIAL_WINDOW_SIZE) {
      this.#streams.setInitialWindow(side.direction, value);
      const widest = this.#streams.widest(otherDirection(side.direction));
      if (widest > MOST_WINDOW)
        return `expected no window above ${number(MOST_WINDOW)}, found one of ${number(widest)} (RFC 9113, 6.9.2)`;
    }
    return undefined;
  }

  #tooWide(sender: Direction, stream: number): string | undefined {
    const window =
      stream === 0
        ? this.#streams.windows[sender]
        : this.#streams.windowOf(stream, sender);
    return window > MOST_WINDOW
      ? `expected a window of at most ${number(MOST_WINDOW)}, found ${number(window)} (RFC 9113, 6.9.1)`
      : undefined;
  }
}

/** Decodes an HTTP/2 connection, from its preface on. */
export function http2Decoder(): ConnectionDecoder {
  return connectionDecoder(new Http2());
}
