/**
 * WebSocket, RFC 6455, 5, with permessage-deflate, RFC 7692. Both directions are
 * read in the same way; they differ in which must mask. Left out: see
 * left-out.md.
 *
 * What goes in: the bytes after the handshake, of each direction for itself;
 * see `byte-cursor.ts`.
 *
 * What comes out: a unit for each frame, when its last byte has come, and one
 * layer above, each message that came in several frames. A frame is told even
 * if it breaks a rule, as long as its end can be found; its `problem` says what
 * an endpoint would close the connection for.
 *
 * What a partial frame does: its header is kept, and of its payload what the
 * summary quotes; text is checked and inflated as it passes. If the end of a
 * frame cannot be found, the side has failed, and the rest is opaque.
 */
import { ByteRanges } from '../byte-ranges.ts';
import type { ByteCursor } from '../byte-cursor.ts';
import { FRAGMENTS_LIMIT } from '../limits.ts';
import { malformed, SidePair } from '../opaque.ts';
import type { Deflate } from './permessage-deflate.ts';
import { byteCount, number } from '../text.ts';
import {
  connectionDecoder,
  makeUnit,
  type ConnectionDecoder,
  type Direction,
  type ProtocolDecoder,
  type Unit,
  type UnitPlace,
  type LayerDecoder,
} from '../unit.ts';
import {
  headerLength,
  opcodeKind,
  MessageDissector,
  readHeader,
  readCloseProblem,
  webSocketFrameDissector,
  type FrameHeader,
} from './frame.ts';
import { Payload, previewOf } from './payload.ts';

/** The frames of one direction of a WebSocket: RFC 6455, 5. */
export class WebSocketSide implements LayerDecoder {
  /** Its units tell the same bytes again, where something carries it. */
  readonly emitsUnits = true;
  readonly showsPieces = false;
  readonly pieceTexts = undefined;
  readonly updates = 0;
  /** Its messages are of any type. */
  readonly type = undefined;
  /** The end of a frame cannot be found: nothing after it can be read. */
  failed = false;
  #place: UnitPlace;
  #header = new Uint8Array(14);
  #headerFilled = 0;
  #frame: FrameHeader | undefined;
  #ranges = new ByteRanges();
  #remaining = 0;
  #problem: string | undefined;
  #payload: Payload;
  #messages = 0;
  /** The message that is not finished: its frames. */
  #fragments = 0;
  #fragmentRanges = new ByteRanges();
  #isClosed = false;

  constructor(place: UnitPlace, deflate: Deflate | undefined) {
    this.#place = place;
    const { direction } = place;
    this.#payload = new Payload(deflate?.[direction].contextTakeover);
  }

  push(input: ByteCursor, units: Unit[], to = input.bytes.length): void {
    const { bytes } = input;
    while (input.next < to && !this.failed) {
      const { next } = input;
      if (!this.#frame) {
        this.#header[this.#headerFilled++] = bytes[next]!;
        this.#ranges.read(input, next + 1);
        if (this.#headerFilled >= 2) this.#tryHeader(units);
      } else {
        const end = Math.min(to, next + this.#remaining);
        this.#payload.push(bytes, next, end);
        this.#remaining -= end - next;
        this.#ranges.read(input, end);
      }
      if (this.#frame && this.#remaining === 0) this.#endFrame(units);
    }
  }

  /** The connection has ended. */
  finish(units: Unit[]): void {
    if (this.#headerFilled === 0 || this.failed) return;
    const { size } = this.#ranges;
    this.#fail(
      `expected the rest of a frame, the connection ended after ${byteCount(size)} of it (RFC 6455, 5.2)`,
      units,
    );
  }

  #fail(problem: string, units: Unit[]): void {
    this.failed = true;
    const unit = malformed(this.#place, this.#ranges, problem);
    units.push({ ...unit, layer: this.#place.layer });
  }

  #tryHeader(units: Unit[]): void {
    if (this.#headerFilled < headerLength(this.#header)) return;
    const frame = readHeader(this.#header, this.#headerFilled);
    if (frame.length > Number.MAX_SAFE_INTEGER) {
      this.#fail(
        frame.length < 2 ** 63
          ? 'a frame of more than 2^53 bytes is not followed'
          : 'expected 0 as the first bit of a length, found 1 (RFC 6455, 5.2)',
        units,
      );
      return;
    }
    this.#frame = frame;
    this.#remaining = frame.length;
    this.#problem = this.#headerProblem(frame) ?? this.#orderProblem(frame);
    const isContinued = frame.opcode === 0 && this.#fragments > 0;
    this.#payload.beginFrame(frame, this.#header, isContinued);
  }

  /** What the header alone breaks. */
  #headerProblem(frame: FrameHeader): string | undefined {
    const { direction } = this.#place;
    if (frame.reserved & 0b011)
      return 'expected RSV2 and RSV3 to be 0: no extension uses them (RFC 6455, 5.2)';
    if (frame.reserved && (!this.#payload.canInflate || !frame.isStart))
      return this.#payload.canInflate
        ? 'expected RSV1 only on the first frame of a message (RFC 7692, 6.1)'
        : 'expected RSV1 to be 0: no compression was agreed upon (RFC 6455, 5.2)';
    if (opcodeKind(frame.opcode) === 'websocket reserved')
      return `expected an opcode of 0, 1, 2, 8, 9 or 10, found ${frame.opcode} (RFC 6455, 5.2)`;
    if (direction === 'up' && !frame.isMasked)
      return 'expected a masked frame, as every frame from a client is (RFC 6455, 5.1)';
    if (direction === 'down' && frame.isMasked)
      return 'expected no mask, as in every frame from a server (RFC 6455, 5.1)';
    if (frame.isControl && !frame.isFinal)
      return 'expected a control frame in one piece, found a fragment (RFC 6455, 5.5)';
    if (frame.isControl && frame.length > 125)
      return `expected at most 125 bytes in a control frame, found ${number(frame.length)} (RFC 6455, 5.5)`;
    if (!frame.isMinimal)
      return `expected ${number(frame.length)} in the shortest form of a length (RFC 6455, 5.2)`;
    return undefined;
  }

  /** What is wrong with it at this place. */
  #orderProblem(frame: FrameHeader): string | undefined {
    // A pong may follow: a ping of the other side may have been on its way.
    if (this.#isClosed && !frame.isControl)
      return 'expected no more messages after a close frame (RFC 6455, 5.5.1)';
    if (frame.opcode === 0 && this.#fragments === 0)
      return 'expected a message to continue, found none (RFC 6455, 5.4)';
    if (frame.isStart && this.#fragments > 0)
      return 'expected the rest of the message before, found a new one (RFC 6455, 5.4)';
    return undefined;
  }

  #endFrame(units: Unit[]): void {
    const frame = this.#frame!;
    const { ranges, size, overflowed } = this.#ranges.take();
    this.#frame = undefined;
    this.#headerFilled = 0;
    const isData = !frame.isControl;
    if (frame.isStart) {
      this.#messages++;
      this.#fragments = 0;
      this.#fragmentRanges.take();
    }
    const isLast = isData && frame.isFinal;
    this.#payload.endFrame(frame, isLast);
    const isWhole = isLast && this.#fragments === 0;
    let problem = this.#problem ?? this.#payload.problem;
    if (frame.opcode === 8) {
      this.#isClosed = true;
      problem ??= readCloseProblem(this.#payload.kept);
    }
    if (overflowed)
      problem ??= 'in too many pieces: the last ones are not marked';
    units.push(
      makeUnit({
        direction: this.#place.direction,
        layer: this.#place.layer,
        exchange: this.#place.exchange,
        stream: this.#place.stream,
        kind: opcodeKind(frame.opcode),
        ranges,
        size,
        payload: frame.length,
        counts: isData,
        updates: frame.isStart && frame.length > 0 ? 1 : 0,
        text: isWhole ? this.#payload.takeText() : undefined,
        summary: this.#summary(frame, size),
        problem,
        message: isData && this.#messages > 0 ? this.#messages : undefined,
        dissector: this.#payload.dissector(isWhole) ?? webSocketFrameDissector,
      }),
    );
    if (!isData) return;
    this.#fragments++;
    if (this.#fragments <= FRAGMENTS_LIMIT) this.#fragmentRanges.addAll(ranges);
    if (!isLast) return;
    if (this.#fragments > 1) this.#joined(units);
    this.#fragments = 0;
    this.#fragmentRanges.take();
  }

  #summary(frame: FrameHeader, size: number): string {
    const fragment = this.#fragmentName(frame);
    const isWhole = frame.isStart && frame.isFinal;
    // A whole message shows itself as the text of its unit.
    const preview = isWhole ? '' : previewOf(frame.opcode, this.#payload);
    const after =
      isWhole && this.#payload.isCompressed
        ? `, ${number(this.#payload.messageSize)} once inflated`
        : '';
    const name = opcodeKind(frame.opcode).slice('websocket '.length);
    return `${name}${fragment}${preview}: ${byteCount(size)}, ${number(frame.length)} of payload${after}`;
  }

  #fragmentName(frame: FrameHeader): string {
    if (frame.isControl || (frame.opcode > 0 && !frame.isStart)) return '';
    if (frame.isStart) return frame.isFinal ? '' : ', first fragment';
    return frame.isFinal ? ', last fragment' : ', a fragment';
  }

  /** The message as a whole, after its last fragment. */
  #joined(units: Unit[]): void {
    const { ranges, size } = this.#fragmentRanges.take();
    const isCut = this.#fragments > FRAGMENTS_LIMIT;
    const { isText, messageSize } = this.#payload;
    const what = isText ? 'text' : 'binary';
    units.push(
      makeUnit({
        ...this.#place,
        layer: this.#place.layer + 1,
        kind: 'websocket message',
        ranges,
        size,
        payload: this.#payload.messageWireSize,
        counts: false,
        summary: `message, ${what}, of ${number(this.#fragments)} frames: ${byteCount(messageSize)}`,
        problem: isCut
          ? `more than ${number(FRAGMENTS_LIMIT)} fragments: the later ones are not shown`
          : undefined,
        message: this.#messages,
        text: this.#payload.takeText(),
        dissector: new MessageDissector(isText, this.#payload.takeInflated()),
      }),
    );
  }
}

/**
 * Both directions of a WebSocket that has a connection for itself.
 * @param options the layer and the exchange of its units, and what compression
 *   was agreed upon
 */
export function webSocket(options: {
  layer: number;
  exchange?: number | undefined;
  deflate?: Deflate | undefined;
}): ProtocolDecoder {
  const { layer, exchange, deflate } = options;
  const side = (direction: Direction): WebSocketSide =>
    new WebSocketSide({ direction, layer, exchange }, deflate);
  return new SidePair(side('up'), side('down'));
}

/**
 * Decodes both directions of a WebSocket, after its handshake.
 * @param options what compression was agreed upon: see `acceptedDeflate`
 */
export function webSocketDecoder(
  options: { deflate?: Deflate | undefined } = {},
): ConnectionDecoder {
  return connectionDecoder(webSocket({ layer: 0, ...options }));
}
