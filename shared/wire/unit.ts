/**
 * What a decoder makes of bytes. A unit is small, because 100,000 are kept: a
 * line of text, where its bytes are, and how to read them again. The fields of
 * one that was chosen are worked out by `describe` from its bytes.
 */
import { concat } from './bytes.ts';
import { ByteCursor } from './byte-cursor.ts';
import type { Range } from './byte-ranges.ts';
import {
  FieldList,
  type Field,
  type Decompressors,
  type FieldDissector,
  type UnitContent,
} from './fields.ts';
import { byteCount } from './text.ts';

/** `up`: from the client to the server. */
export type Direction = 'up' | 'down';

/**
 * What a unit is, in the words of its protocol.
 */
export type Kind =
  | 'http/1.1 request headers'
  | 'http/1.1 response headers'
  | 'http/1.1 chunk'
  | 'http/1.1 last chunk'
  | 'body part'
  | 'body'
  | 'event'
  | 'comment'
  | 'no event'
  | `websocket ${'text' | 'binary' | 'continuation' | 'message'}`
  | `websocket ${'close' | 'ping' | 'pong' | 'reserved'}`
  | `http/2 ${'preface' | 'header list' | 'unknown frame'}`
  | `http/2 ${'DATA' | 'HEADERS' | 'PRIORITY' | 'RST_STREAM' | 'SETTINGS'}`
  | `http/2 ${'PUSH_PROMISE' | 'PING' | 'GOAWAY' | 'WINDOW_UPDATE'}`
  | `http/2 ${'CONTINUATION' | 'ALTSVC' | 'ORIGIN' | 'PRIORITY_UPDATE'}`
  | `mqtt ${'CONNECT' | 'CONNACK' | 'PUBLISH' | 'PUBACK' | 'PUBREC'}`
  | `mqtt ${'PUBREL' | 'PUBCOMP' | 'SUBSCRIBE' | 'SUBACK' | 'UNSUBSCRIBE'}`
  | `mqtt ${'UNSUBACK' | 'PINGREQ' | 'PINGRESP' | 'DISCONNECT'}`
  | 'line'
  | 'length-prefixed message'
  | 'bytes'
  | 'malformed'
  | 'limit';

/** What a decoder tells. All offsets and sizes are in bytes. */
export interface Unit {
  readonly direction: Direction;
  readonly kind: Kind;
  /**
   * 0: the connection's own bytes; the units of layer 0 follow each other
   * without gap or overlap. 1 and more: what those carry, an event in a chunk.
   */
  readonly layer: number;
  /**
   * Where its bytes are, counted from the first byte that this direction of
   * the connection ever carried. In order; several when something lies between.
   */
  readonly ranges: readonly Range[];
  /** How many bytes it took on the wire, all pieces together. */
  readonly size: number;
  /**
   * How many of them are what somebody wanted to send, the rest being
   * overhead. Of compressed bytes all count as payload.
   */
  readonly payload: number;
  /**
   * Whether the payload counts in a sum. False where units of another layer
   * tell the same bytes, so that nothing is counted twice, and where a protocol
   * talks to itself, as in a ping. All bytes of a run are the sizes of layer
   * 0; all payload is that of the units that count.
   */
  readonly counts: boolean;
  /**
   * How many things begin in it that a page tells apart: events, messages,
   * bodies.
   */
  readonly updates: number;
  /** One line in a learner's words; control characters are escaped. */
  readonly summary: string;
  /**
   * The beginning of what it carries, as text on one line: control characters
   * are escaped, and `TEXT_SHOWN` characters are the most. Undefined where it
   * carries nothing, or nothing that is text; and where another unit shows it.
   */
  readonly text: string | undefined;
  /** What a standard forbids, or a limit that was reached, in a sentence. */
  readonly problem: string | undefined;
  /** Which request and response of an HTTP/1.1 connection: 1, 2, 3 … */
  readonly exchange: number | undefined;
  /** The stream of HTTP/2. */
  readonly stream: number | undefined;
  /** Which WebSocket message of its direction: 1, 2, 3 … */
  readonly message: number | undefined;
  /** How to read its bytes again; used by `describe`. */
  readonly dissector: FieldDissector;
}

/** Where units belong: their direction, their layer, what they are part of. */
export interface UnitPlace {
  direction: Direction;
  layer: number;
  exchange?: number | undefined;
  stream?: number | undefined;
}

/** Units that carry no field but their bytes. */
export const plainDissector: FieldDissector = {
  dissect(list) {
    list.text('bytes', [0, list.bytes.length], ['not decoded', '']);
  },
};

type Optional =
  'text' | 'problem' | 'exchange' | 'stream' | 'message' | 'counts' | 'updates';

/** What must be said of a unit; the rest has a default. */
export type UnitParts = Omit<Unit, Optional> & Partial<Pick<Unit, Optional>>;

/**
 * A text that was joined from pieces, some of them cut from a payload, written
 * out: asking for a character makes the engine do it, and let go of those.
 */
function writtenOut(text: string): string {
  return text.charCodeAt(0) === 0 ? '' : text;
}

/** Every unit is made here, so that all have the same shape in memory. */
export function makeUnit(parts: UnitParts): Unit {
  return {
    direction: parts.direction,
    kind: parts.kind,
    layer: parts.layer,
    ranges: parts.ranges,
    size: parts.size,
    payload: parts.payload,
    counts: parts.counts ?? true,
    updates: parts.updates ?? 0,
    summary: writtenOut(parts.summary),
    text: parts.text,
    problem: parts.problem,
    exchange: parts.exchange,
    stream: parts.stream,
    message: parts.message,
    dissector: parts.dissector,
  };
}

/** Decodes one direction, or one layer of it. */
export interface Decoder {
  /**
   * Takes the next bytes, cut anywhere, and returns the units that are
   * complete. Never throws. The bytes may be reused afterwards.
   */
  feed(bytes: Uint8Array): Unit[];
  /** No more bytes will come: what was incomplete is told. */
  end(): Unit[];
}

/**
 * Decodes both directions, fed in the order in which they were recorded. Units
 * of the other direction may come out too, where they waited for these bytes.
 */
export interface ConnectionDecoder {
  /**
   * @param units what comes out is added to them; without them, to none
   * @returns these
   */
  feed(direction: Direction, bytes: Uint8Array, units?: Unit[]): Unit[];
  end(direction: Direction): Unit[];
}

/** One layer of one direction; how it takes bytes says `byte-cursor.ts`. */
export interface LayerDecoder {
  /** @param to the index to which the bytes are its own; else to their end */
  push(input: ByteCursor, units: Unit[], to?: number): void;
  /** No more bytes will come: what is incomplete is told. */
  finish(units: Unit[]): void;
}

/**
 * A protocol whose two directions depend on each other. How it takes bytes
 * says `byte-cursor.ts`; it takes all of them.
 */
export interface ProtocolDecoder {
  push(direction: Direction, input: ByteCursor, units: Unit[]): void;
  /** No more bytes will come in this direction. */
  finish(direction: Direction, units: Unit[]): void;
}

/** The units that a call adds to an empty list. */
function collected(tell: (units: Unit[]) => void): Unit[] {
  const units: Unit[] = [];
  tell(units);
  return units;
}

/**
 * Counts the raw offsets for a protocol.
 * @param offsets of the first bytes that will be fed
 */
export function connectionDecoder(
  protocol: ProtocolDecoder,
  offsets = { up: 0, down: 0 },
): ConnectionDecoder {
  const at = { ...offsets };
  return {
    feed(direction, bytes, units = []) {
      // No bytes, no turn: the other side goes on speaking.
      if (bytes.length === 0) return units;
      protocol.push(direction, new ByteCursor(bytes, at[direction]), units);
      at[direction] += bytes.length;
      return units;
    },
    end: (direction) => collected((units) => protocol.finish(direction, units)),
  };
}

/** Counts the raw offsets for one direction, or one layer of it. */
export function layerDecoder(layer: LayerDecoder): Decoder {
  let at = 0;
  return {
    feed(bytes) {
      const input = new ByteCursor(bytes, at);
      at += bytes.length;
      return collected((units) => layer.push(input, units));
    },
    end: () => collected((units) => layer.finish(units)),
  };
}

/** The direction of what the other side says. */
export function otherDirection(direction: Direction): Direction {
  return direction === 'up' ? 'down' : 'up';
}

/**
 * The bytes of a unit, cut out of those of its direction; not a copy if they
 * are in one piece.
 * @param recorded the bytes of its direction, from the raw offset `from` on
 */
export function bytesOf(
  unit: Pick<Unit, 'ranges'>,
  recorded: Uint8Array,
  from = 0,
): Uint8Array {
  return concat(
    unit.ranges.map(([start, end]) =>
      recorded.subarray(start - from, end - from),
    ),
  );
}

/**
 * The fields of a unit.
 * @param bytes the unit's own bytes, its ranges joined: see `bytesOf`
 * @param decompressors without them, only gzip and deflate are taken off
 */
export function describe(
  unit: Unit,
  bytes: Uint8Array,
  decompressors: Decompressors = {},
): Field[] {
  const list = new FieldList(unit, bytes, decompressors);
  const wanted = markedSize(unit);
  if (bytes.length !== wanted) {
    const meaning = `expected ${byteCount(wanted)}: the rest is not recorded any more`;
    list.known('bytes', byteCount(bytes.length), [meaning, '']);
  } else {
    unit.dissector.dissect(list);
  }
  return list.finish();
}

/**
 * What a unit carries, whole.
 * @param bytes the unit's own bytes, its ranges joined: see `bytesOf`
 * @param decompressors without them, only gzip and deflate are taken off
 * @returns undefined where it carries nothing
 */
export function contentOf(
  unit: Unit,
  bytes: Uint8Array,
  decompressors: Decompressors = {},
): UnitContent | undefined {
  // Of bytes that are not all there nobody can say what they carry.
  if (bytes.length !== markedSize(unit)) return undefined;
  const content = unit.dissector.content?.({ unit, bytes, decompressors });
  if (!content || bytes.length >= unit.size) return content;
  const problem = `of ${byteCount(unit.size)} on the wire only ${byteCount(bytes.length)} are marked: it came in too many pieces`;
  return { ...content, problem: content.problem ?? problem };
}

/** How many bytes its ranges have; fewer than its size, of too many pieces. */
function markedSize({ ranges }: Pick<Unit, 'ranges'>): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from, 0);
}
