/** What is known of the streams of an HTTP/2 connection, RFC 9113, 5. */
import { Content, contentType, withDecompressors } from '../coding/content.ts';
import type { Decompressors } from '../fields.ts';
import { GrpcMessages, isGrpc } from '../grpc/decoder.ts';
import { STREAMS_LIMIT } from '../limits.ts';
import { acceptedDeflate } from '../websocket/permessage-deflate.ts';
import { number } from '../text.ts';
import { otherDirection, type Direction, type Unit } from '../unit.ts';
import { WebSocketSide } from '../websocket/decoder.ts';

const INITIAL_WINDOW = 65_535;
const MOST_ASKED = 100;

/** What each direction of a stream, or of the connection, may still carry. */
type Windows = Record<Direction, number>;

/** Reads what the DATA of one direction of a stream carries. */
export type DataReader = Content | GrpcMessages | WebSocketSide;

class Stream {
  readonly id: number;
  /** What was added and used, apart from the initial window. */
  readonly change: Windows = { up: 0, down: 0 };
  readers: Partial<Record<Direction, DataReader>> = {};
  ended = { up: false, down: false };
  /** The client asked to speak WebSocket inside it: RFC 8441. */
  asksWebSocket = false;

  constructor(id: number) {
    this.id = id;
  }
}

/**
 * The value of a field in `name, value, name, value …`, the first of several;
 * '' if absent.
 */
export function field(headers: string[], name: string): string {
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] === name) return headers[i + 1]!;
  }
  return '';
}

/** The streams that are open: their windows, and what reads their DATA. */
export class Streams {
  /** What the connection as a whole may still carry. */
  readonly windows: Windows = { up: INITIAL_WINDOW, down: INITIAL_WINDOW };
  #initial: Windows = { up: INITIAL_WINDOW, down: INITIAL_WINDOW };
  #open = new Map<number, Stream>();
  readonly #decompressors: Decompressors;

  /** @param decompressors for codings other than gzip and deflate */
  constructor(decompressors: Decompressors = {}) {
    this.#decompressors = decompressors;
  }

  /** What a stream may still carry; one not known counts as new. */
  windowOf(
    id: number,
    sender: Direction,
    initial = this.#initial[sender],
  ): number {
    const change = this.#open.get(id)?.change[sender] ?? 0;
    return initial + change;
  }

  /** The widest window of a sender's streams; of many, only some are asked. */
  widest(sender: Direction): number {
    let widest = this.#initial[sender];
    let left = MOST_ASKED;
    for (const { change } of this.#open.values()) {
      if (left-- === 0) break;
      widest = Math.max(widest, this.#initial[sender] + change[sender]);
    }
    return widest;
  }

  /** SETTINGS_INITIAL_WINDOW_SIZE: also for streams that are open (6.9.2). */
  setInitialWindow(receiver: Direction, size: number): void {
    this.#initial[otherDirection(receiver)] = size;
  }

  /** A WINDOW_UPDATE of the receiver. */
  widen(receiver: Direction, id: number, increment: number): void {
    this.use(otherDirection(receiver), id, -increment);
  }

  /** DATA takes `size` from the window of its stream and of stream 0. */
  use(sender: Direction, id: number, size: number): void {
    if (id === 0) this.windows[sender] -= size;
    const stream = this.#open.get(id);
    if (stream) stream.change[sender] -= size;
  }

  /**
   * The fields of a HEADERS frame that is not trailers: they say what the
   * DATA after them is. Returns a problem, if there are too many streams.
   */
  headers(
    direction: Direction,
    id: number,
    headers: string[],
  ): string | undefined {
    let stream = this.#open.get(id);
    if (!stream) {
      if (this.#open.size >= STREAMS_LIMIT)
        return `more than ${number(STREAMS_LIMIT)} streams are open: this one is not followed`;
      stream = new Stream(id);
      this.#open.set(id, stream);
    }
    const status = Number(field(headers, ':status'));
    if (direction === 'up' && !stream.readers.up) {
      stream.asksWebSocket = field(headers, ':protocol') === 'websocket';
      const isTunnel = field(headers, ':method') === 'CONNECT';
      if (!isTunnel) this.#read(stream, direction, headers);
    } else if (status === 200 && stream.asksWebSocket) {
      this.#readWebSocket(stream, headers);
    } else if (status >= 200 && !stream.readers.down) {
      this.#read(stream, direction, headers);
    }
    return undefined;
  }

  #read(stream: Stream, direction: Direction, headers: string[]): void {
    const type = contentType(
      direction === 'down',
      field(headers, 'content-type'),
      field(headers, 'content-encoding'),
    );
    const place = { direction, layer: 1, stream: stream.id };
    const read = withDecompressors(type, this.#decompressors);
    stream.readers[direction] = isGrpc(read)
      ? new GrpcMessages(read, place)
      : new Content(read, place);
  }

  #readWebSocket(stream: Stream, headers: string[]): void {
    const extensions = field(headers, 'sec-websocket-extensions');
    const deflate = acceptedDeflate(extensions);
    for (const direction of ['up', 'down'] as const) {
      const place = { direction, layer: 1, stream: stream.id };
      const side = new WebSocketSide(place, deflate);
      stream.readers[direction] = side;
    }
  }

  /** What reads the DATA of a stream; a frame with data begins. */
  reader(direction: Direction, id: number): DataReader | undefined {
    const reader = this.#open.get(id)?.readers[direction];
    if (reader instanceof Content) reader.piece();
    return reader;
  }

  /** END_STREAM: this direction has said all. */
  end(direction: Direction, id: number, units: Unit[]): void {
    const stream = this.#open.get(id);
    if (!stream || stream.ended[direction]) return;
    stream.ended[direction] = true;
    stream.readers[direction]?.finish(units);
    stream.readers[direction] = undefined;
    if (stream.ended.up && stream.ended.down) this.#open.delete(id);
  }

  /** RST_STREAM: both directions are over. */
  reset(id: number, units: Unit[]): void {
    const stream = this.#open.get(id);
    if (!stream) return;
    this.#open.delete(id);
    for (const direction of ['up', 'down'] as const)
      stream.readers[direction]?.finish(units, 'the stream was reset');
  }

  /** The connection has ended in one direction. */
  finish(direction: Direction, units: Unit[]): void {
    for (const stream of this.#open.values()) {
      if (stream.ended[direction]) continue;
      stream.ended[direction] = true;
      stream.readers[direction]?.finish(units, 'the connection ended');
    }
  }
}
