/**
 * Masks the secrets in a connection of HTTP/2: in header blocks, and in what
 * the DATA of each stream carries, put together. Frames stay where they are.
 */
import { beginsWith } from '../bytes.ts';
import { listOf } from '../http1/header-section.ts';
import { isSuccess } from '../http1/rules.ts';
import { HEADER_SIZE, uint, uint31 } from '../http2/fields.ts';
import { readFrame, type LocatedFrame } from '../http2/frame.ts';
import { field } from '../http2/streams.ts';
import { sizeProblem, streamProblem } from '../http2/rules.ts';
import { END_HEADERS, END_STREAM, FRAME } from '../http2/words.ts';
import { PREFACE } from '../http2/decoder.ts';
import { maskBody } from './body.ts';
import {
  coverWhole,
  gather,
  maskRanges,
  scatter,
  type BothWays,
  type Codings,
} from './bytes.ts';
import { BlockMasker } from './hpack.ts';
import { maskText } from './text.ts';
import { maskWebSocket } from './websocket.ts';
import type { Direction } from '../unit.ts';
import type { Range } from '../byte-ranges.ts';

/** One stream: what its DATA is, and where. */
class Stream {
  /** Whether its last DATA has come. */
  readonly ended: Record<Direction, boolean> = { up: false, down: false };
  /** Name, value, …; undefined where they could not be read. */
  readonly headers: Partial<Record<Direction, string[]>> = {};
  readonly data: Record<Direction, Range[]> = { up: [], down: [] };
}

/**
 * Masks both directions, from their first byte on.
 *
 * @param maskTunnel masks what is in a stream that is a tunnel
 */
export function maskHttp2(
  bytes: BothWays,
  codings: Codings,
  maskTunnel: (bytes: BothWays) => void,
): void {
  const streams = new Map<number, Stream>();
  new Side('up', bytes.up, streams).mask(PREFACE.length);
  new Side('down', bytes.down, streams).mask(0);
  for (const stream of streams.values())
    maskStream(stream, bytes, codings, maskTunnel);
}

const preface = Uint8Array.from(PREFACE, (each) => each.charCodeAt(0));
/** Their payload is numbers. */
const NUMBERS: number[] = [
  FRAME.PRIORITY,
  FRAME.RST_STREAM,
  FRAME.SETTINGS,
  FRAME.PING,
  FRAME.WINDOW_UPDATE,
];
/** Those of RFC 8701 mean nothing, and test whether a peer knows that. */
const KNOWN: number[] = Object.values(FRAME);
/** Where the text begins in what else may say something. */
const TEXTS: Partial<Record<number, number>> = {
  [FRAME.GOAWAY]: 8,
  [FRAME.ALTSVC]: 0,
  [FRAME.ORIGIN]: 0,
  [FRAME.PRIORITY_UPDATE]: 4,
};

/** One direction. */
class Side {
  readonly #direction: Direction;
  readonly #bytes: Uint8Array;
  readonly #streams: Map<number, Stream>;
  readonly #blocks = new BlockMasker();
  /** A header block whose last part has not come. */
  #open: { first: LocatedFrame; parts: Range[] } | undefined;

  constructor(
    direction: Direction,
    bytes: Uint8Array,
    streams: Map<number, Stream>,
  ) {
    this.#direction = direction;
    this.#bytes = bytes;
    this.#streams = streams;
  }

  /** @param start where the first frame is */
  mask(start: number): void {
    const bytes = this.#bytes;
    const hasPreface =
      start === 0 || beginsWith(preface, 0, bytes.subarray(0, preface.length));
    // A server that speaks something else responds with something else.
    const isHttp2 = KNOWN.includes(bytes[start + 3] ?? FRAME.SETTINGS);
    if (!hasPreface || !isHttp2) {
      coverWhole(bytes, [[0, bytes.length]]);
      return;
    }
    let at = start;
    while (at + HEADER_SIZE <= bytes.length) {
      const size = uint(bytes, at, 3);
      const frame = readFrame(bytes, at);
      if (this.#isMalformed(frame, size)) {
        coverWhole(bytes, [[at, bytes.length]]);
        break;
      }
      this.#frame(frame);
      at += HEADER_SIZE + size;
    }
    this.#breakOff();
  }

  /** A connection is not read on after it, or should not be. */
  #isMalformed({ type, flags, stream }: LocatedFrame, length: number): boolean {
    const isKnown = KNOWN.includes(type) || type % 0x1f === 0x0b;
    const frame = { type, flags, stream, length };
    return !isKnown || Boolean(sizeProblem(frame) ?? streamProblem(frame));
  }

  #frame(frame: LocatedFrame): void {
    const { type, from, to } = frame;
    const isNext =
      type === FRAME.CONTINUATION && this.#open?.first.stream === frame.stream;
    if (this.#open && !isNext) this.#breakOff();
    const text = TEXTS[type];
    if (
      type === FRAME.HEADERS ||
      type === FRAME.PUSH_PROMISE ||
      type === FRAME.CONTINUATION
    )
      this.#block(frame);
    else if (type === FRAME.DATA) {
      const stream = this.#stream(frame.stream);
      stream.data[this.#direction].push([from, to]);
      stream.ended[this.#direction] =
        !frame.isBroken && (frame.flags & END_STREAM) !== 0;
    } else if (text !== undefined)
      maskText(this.#bytes, 'text', Math.min(to, from + text), to);
    else if (!NUMBERS.includes(type)) coverWhole(this.#bytes, [[from, to]]);
  }

  #stream(id: number): Stream {
    let stream = this.#streams.get(id);
    if (!stream) this.#streams.set(id, (stream = new Stream()));
    return stream;
  }

  #block(frame: LocatedFrame): void {
    const { type, flags, from, to } = frame;
    if (type !== FRAME.CONTINUATION) this.#open = { first: frame, parts: [] };
    if (!this.#open) {
      this.#blocks.lose();
      coverWhole(this.#bytes, [[from, to]]);
      return;
    }
    const { first, parts } = this.#open;
    parts.push([from, to]);
    if (frame.isBroken) this.#breakOff();
    if (!(flags & END_HEADERS) || !this.#open) return;
    this.#open = undefined;
    const block = gather(this.#bytes, parts);
    const fields = this.#blocks.mask(block);
    scatter(this.#bytes, parts, block);
    if (fields && first.type === FRAME.HEADERS)
      this.#learn(first.stream, fields);
    else if (fields)
      this.#stream(uint31(this.#bytes, first.from - 4)).headers.up = fields;
  }

  /** The rest of a block will not come. */
  #breakOff(): void {
    if (!this.#open) return;
    coverWhole(this.#bytes, this.#open.parts);
    this.#open = undefined;
    this.#blocks.lose();
  }

  /** What the fields say about the stream: not trailers, nor 1xx. */
  #learn(id: number, fields: string[]): void {
    const status = field(fields, ':status');
    if (!field(fields, ':method') && !(Number(status) >= 200)) return;
    this.#stream(id).headers[this.#direction] ??= fields;
  }
}

function maskStream(
  stream: Stream,
  bytes: BothWays,
  codings: Codings,
  maskTunnel: (bytes: BothWays) => void,
): void {
  const { data } = stream;
  const { up, down } = stream.headers;
  const isTunnel =
    up &&
    down &&
    field(up, ':method') === 'CONNECT' &&
    isSuccess(Number(field(down, ':status')));
  // Without the request nobody knows what its response is.
  if (!up) coverWhole(bytes.down, data.down);
  if (!isTunnel) {
    for (const direction of ['up', 'down'] as const)
      maskData(bytes, stream, direction, codings);
    return;
  }
  const both = {
    up: gather(bytes.up, data.up),
    down: gather(bytes.down, data.down),
  };
  if (field(up, ':protocol') === 'websocket')
    maskWebSocket(both, {
      extensions: field(down, 'sec-websocket-extensions'),
      subprotocol: field(down, 'sec-websocket-protocol'),
    });
  else maskTunnel(both);
  scatter(bytes.up, data.up, both.up);
  scatter(bytes.down, data.down, both.down);
}

function maskData(
  bytes: BothWays,
  stream: Stream,
  direction: Direction,
  codings: Codings,
): void {
  const headers = stream.headers[direction];
  const data = stream.data[direction];
  if (!headers) {
    coverWhole(bytes[direction], data);
    return;
  }
  const type = field(headers, 'content-type');
  const coded = listOf(allOf(headers, 'content-encoding'));
  const isCut = !stream.ended[direction];
  maskRanges(bytes[direction], data, (plain) =>
    maskBody(plain, { type, codings: coded, isCut }, codings),
  );
}

/** All values of a field, joined. */
function allOf(headers: string[], name: string): string {
  return headers
    .filter((_, i) => i % 2 === 1 && headers[i - 1] === name)
    .join(', ');
}
