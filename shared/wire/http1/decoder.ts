/**
 * HTTP/1.1, RFC 9112: heads and bodies of both directions, each answer with
 * the request that it belongs to, and the change to WebSocket. Left out: see
 * left-out.md.
 */
import { beginsWith } from '../bytes.ts';
import type { ContentType } from '../coding/content.ts';
import { ReassemblyBuffer } from '../reassembly-buffer.ts';
import type { Body } from './body.ts';
import {
  framingOf,
  headerValue,
  listOf,
  readStartAndHeaders,
  readStart,
  requestDissector,
  responseDissector,
  startProblem,
  type Framing,
  type StartAndHeaders,
} from './header-section.ts';
import {
  responseFraming,
  contentTypeOf,
  headersSummary,
  isSuccess,
  makeBody,
  type Exchange,
} from './rules.ts';
import {
  isUsualResponse,
  noBodyReason,
  requestProblem,
  responseProblem,
} from './forbidden.ts';
import { HEADERS_LIMIT, HELD_LIMIT, PIPELINE_LIMIT } from '../limits.ts';
import { malformed, Opaque, OpaquePair } from '../opaque.ts';
import { acceptedDeflate } from '../websocket/permessage-deflate.ts';
import { byteCount, namedByte, number } from '../text.ts';
import { alertInsteadOfResponse, BodyOf400 } from '../tls/hello.ts';
import {
  connectionDecoder,
  makeUnit,
  otherDirection,
  type ConnectionDecoder,
  type Direction,
  type ProtocolDecoder,
  type Unit,
} from '../unit.ts';
import type { Range } from '../byte-ranges.ts';
import { offerOf, type Offer } from '../websocket/handshake.ts';
import { WebSocketPair } from '../websocket/decoder.ts';

const LF = 10;
const CR = 13;

/** A head that was read, and all that follows from its bytes alone. */
interface KnownHeaders {
  bytes: Uint8Array;
  head: StartAndHeaders;
  asked: { framing: Framing; problem: string | undefined };
  content: ContentType;
  /** It asks to speak something else from then on. */
  switches: boolean;
  /** Why it is the last one on this connection; undefined if it is not. */
  closes: string | undefined;
  /** Where its body ends cannot be known. */
  isUnframed: boolean;
  /** Only an unusual request could make it a response that is forbidden. */
  isUsual: boolean;
  /** Of a response; 0 of a request. */
  status: number;
  summary: string;
}

/** So every response begins. */
const RESPONSE = 'HTTP/1.';

/** A longer head is not kept to be recognised. */
const KNOWN_HEADERS_LIMIT = 4_096;

const NOTHING: string[] = [];
const NO_OFFER: Offer = { key: '', protocols: [], extensions: [] };

/** Where one direction is. */
class Side {
  readonly direction: Direction;
  readonly head = new ReassemblyBuffer();
  readonly opaque: Opaque;
  /** Bytes of the head's current line. */
  lineLength = 0;
  lastByte = 0;
  hasStart = false;
  /** The last head: who asks again asks mostly with the same bytes. */
  known: KnownHeaders | undefined;
  /** Its bytes: memory of their own for each would cost as much as to read it. */
  #kept = new Uint8Array(0);
  body: Body | undefined;
  isOpaque = false;
  /** Why no other message may come; undefined if one may. */
  closing: string | undefined;
  /** Why nothing but another response may come here. */
  noBody: { what: string; section: string } | undefined;

  constructor(direction: Direction) {
    this.direction = direction;
    this.opaque = new Opaque(direction);
  }

  /** A copy of a head, valid until the next one. */
  keep(head: Uint8Array): Uint8Array {
    const { length } = head;
    // The next one is mostly about as long.
    if (length > this.#kept.length) this.#kept = new Uint8Array(length + 32);
    this.#kept.set(head);
    return this.#kept.subarray(0, length);
  }
}

/** Its response has no body, or a special meaning. */
function isUnusual(method: string | undefined): boolean {
  return method === 'HEAD' || method === 'CONNECT';
}

/** RFC 9112 9.3: HTTP/1.0 goes on only if it says so. */
function closeReason(
  connection: string[],
  isOldRequest: boolean,
): string | undefined {
  if (connection.includes('close')) return '"Connection: close" (RFC 9112 9.6)';
  return isOldRequest && !connection.includes('keep-alive')
    ? 'one of HTTP/1.0 without "Connection: keep-alive" (RFC 9112 9.3)'
    : undefined;
}

function toKnown(bytes: Uint8Array, isRequest: boolean): KnownHeaders {
  const head = readStartAndHeaders(bytes);
  const connection = listOf(headerValue(head.lines, 'connection'));
  const switches =
    head.start[0] === 'CONNECT' || connection.includes('upgrade');
  const asked = framingOf(head, isRequest);
  // Where such a request ends, nobody can say.
  const isUnframed = isRequest && asked.problem && asked.framing.by === 'none';
  if (isRequest) asked.problem ??= requestProblem(head, switches);
  return {
    bytes,
    head,
    asked,
    content: contentTypeOf(head, !isRequest),
    switches,
    closes: closeReason(connection, isRequest && head.start[2] === 'HTTP/1.0'),
    isUnframed: Boolean(isUnframed),
    isUsual: isRequest || isUsualResponse(head),
    status: isRequest ? 0 : Number(head.start[1]),
    summary: headersSummary(head, isRequest, bytes.length),
  };
}

export class Http1 implements ProtocolDecoder {
  #sides = { up: new Side('up'), down: new Side('down') };
  #waiting: Exchange[] = [];
  #requests = 0;
  /** Too many requests wait: answers cannot be told apart any more. */
  #isLost = false;
  /**
   * What the client says before the answer decides how to read it: what is
   * left of earlier bytes that were held, and those after them.
   */
  #rest: { bytes: Uint8Array; from: number; at: number } | undefined;
  #held = new ReassemblyBuffer();
  #isHeld = false;
  /** One side has ended: no answer will come that could decide. */
  #hasEnded = false;
  /** Who reads the rest, after an upgrade or CONNECT. */
  #successor: ProtocolDecoder | undefined;

  push(
    direction: Direction,
    bytes: Uint8Array,
    from: number,
    at: number,
    units: Unit[],
  ): void {
    const next = this.#read(direction, bytes, from, at, units);
    if (next < bytes.length)
      this.#hold(this.#sides[direction], bytes, next, at, units);
  }

  /** Returns where the bytes begin that must wait for the answer. */
  #read(
    direction: Direction,
    bytes: Uint8Array,
    from: number,
    at: number,
    units: Unit[],
  ): number {
    const side = this.#sides[direction];
    let next = from;
    while (next < bytes.length) {
      this.#sides[otherDirection(direction)].opaque.flush(units);
      // A body that has begun is read to its end, whoever reads what follows.
      if (this.#successor && !side.body && !side.isOpaque) {
        this.#successor.push(direction, bytes, next, at, units);
        return bytes.length;
      }
      if (direction === 'up' && this.#isHeld && !side.body && !side.isOpaque)
        return next;
      next = this.#advance(side, bytes, next, at, units);
    }
    return next;
  }

  finish(direction: Direction, units: Unit[]): void {
    const side = this.#sides[direction];
    // After this no answer will come that would need another reading.
    this.#hasEnded = true;
    this.#release(units);
    if (side.body) side.body.finish(units);
    else if (side.head.length > 0)
      units.push(
        malformed(
          { direction },
          side.head,
          insteadOfHeaders(side) ??
            'expected the rest of a head, the connection ended (RFC 9112 8)',
        ),
      );
    side.body = undefined;
    side.opaque.flush(units);
    side.isOpaque = true;
    this.#successor?.finish(direction, units);
  }

  #advance(
    side: Side,
    bytes: Uint8Array,
    from: number,
    at: number,
    units: Unit[],
  ): number {
    if (side.isOpaque) {
      side.opaque.push(bytes, from, at, units);
      return bytes.length;
    }
    if (side.body) {
      const next = side.body.push(bytes, from, at, units);
      if (side.body.failed) side.isOpaque = true;
      if (side.body.failed || side.body.done) side.body = undefined;
      return next;
    }
    return this.#head(side, bytes, from, at, units);
  }

  #hold(
    side: Side,
    bytes: Uint8Array,
    from: number,
    at: number,
    units: Unit[],
  ): void {
    const rest = this.#rest ? this.#rest.bytes.length - this.#rest.from : 0;
    const room = HELD_LIMIT - this.#held.length - rest;
    const to = Math.min(bytes.length, from + room);
    this.#held.add(bytes, from, to, at + from, at + to);
    if (to === bytes.length) return;
    const problem = `${number(HELD_LIMIT)} bytes came before the answer to an upgrade`;
    const all = new ReassemblyBuffer();
    if (this.#rest)
      all.ranges.add(
        this.#rest.at + this.#rest.from,
        this.#rest.at + this.#rest.bytes.length,
      );
    for (const [start, end] of this.#held.ranges.take().ranges)
      all.ranges.add(start, end);
    units.push(malformed({ direction: 'up' }, all, problem, 'limit'));
    this.#held.take();
    this.#rest = undefined;
    this.#isHeld = false;
    side.isOpaque = true;
    side.opaque.push(bytes, to, at, units);
  }

  /**
   * The answer has come: what was held is read accordingly. Another upgrade
   * among it is held again, with all that follows, which is not copied.
   */
  #release(units: Unit[]): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    while (!this.#isHeld) {
      const rest = this.#rest ?? this.#takeHeld();
      this.#rest = undefined;
      if (!rest) return;
      const { bytes, at } = rest;
      const next = this.#read('up', bytes, rest.from, at, units);
      if (next < bytes.length) this.#rest = { bytes, from: next, at };
    }
  }

  #takeHeld(): { bytes: Uint8Array; from: number; at: number } | undefined {
    if (this.#held.length === 0) return undefined;
    const bytes = this.#held.take().slice();
    const [range] = this.#held.ranges.take().ranges;
    return { bytes, from: 0, at: range![0] };
  }

  /** Collects a head, line by line. */
  #head(
    side: Side,
    bytes: Uint8Array,
    from: number,
    at: number,
    units: Unit[],
  ): number {
    const { known } = side;
    if (
      known &&
      side.head.length === 0 &&
      beginsWith(bytes, from, known.bytes)
    ) {
      const to = from + known.bytes.length;
      this.#tellHead(side, known, [[at + from, at + to]], units);
      return to;
    }
    if (side.head.length < RESPONSE.length && side.direction === 'down') {
      if (side.head.length === 0) this.#expectNothing(side);
      const wrong = this.#wrongAt(side, bytes, from);
      if (wrong >= 0) return this.#unasked(side, bytes, from, wrong, at, units);
    }
    let next = from;
    const room = HEADERS_LIMIT - side.head.length;
    const limit = Math.min(bytes.length, from + room);
    while (next < limit) {
      const found = bytes.indexOf(LF, next);
      const to = found < 0 || found >= limit ? limit : found + 1;
      const isLine = to > next && bytes[to - 1] === LF;
      const length = side.lineLength + to - next - (isLine ? 1 : 0);
      const before = to - next > 1 ? bytes[to - 2] : side.lastByte;
      next = to;
      side.lineLength = isLine ? 0 : length;
      side.lastByte = bytes[to - 1]!;
      if (!isLine) break;
      const isBlank = length === 0 || (length === 1 && before === CR);
      if (isBlank && !side.hasStart) continue;
      if (isBlank || !side.hasStart) {
        side.head.add(bytes, from, next, at + from, at + next);
        if (isBlank) this.#endHead(side, units);
        else this.#checkStart(side, units);
        return next;
      }
    }
    side.head.add(bytes, from, next, at + from, at + next);
    if (side.head.length === HEADERS_LIMIT) {
      const problem = `expected the end of a head within ${byteCount(HEADERS_LIMIT)}`;
      units.push(
        malformed({ direction: side.direction }, side.head, problem, 'limit'),
      );
      side.isOpaque = true;
    }
    return next;
  }

  /** With no request that waits, nothing may come down. */
  #expectNothing(side: Side): void {
    const isDone = this.#requests > 0 && this.#waiting.length === 0;
    if (isDone && !this.#isLost)
      side.noBody ??= { what: 'with no request', section: 'RFC 9112 6.3' };
  }

  /**
   * No request waits for this response. 408 may come to an idle connection, and
   * an early error before the request's head is complete.
   */
  #isUnasked(status: number): boolean {
    if (this.#requests === 0 || this.#waiting.length > 0) return false;
    const { head, isOpaque } = this.#sides.up;
    const isLate = head.length > 0 || isOpaque || this.#held.length > 0;
    return !this.#isLost && !isLate && status !== 408;
  }

  /** Where the bytes turn out to be no response, if only one may come. */
  #wrongAt(side: Side, bytes: Uint8Array, from: number): number {
    if (!side.noBody) return -1;
    const known = side.head.length;
    for (let i = 0; known + i < RESPONSE.length; i++) {
      if (from + i === bytes.length) return -1;
      if (bytes[from + i] !== RESPONSE.charCodeAt(known + i)) return from + i;
    }
    return -1;
  }

  /** A body where none may be: told at its first byte that cannot be else. */
  #unasked(
    side: Side,
    bytes: Uint8Array,
    from: number,
    wrong: number,
    at: number,
    units: Unit[],
  ): number {
    const { what, section } = side.noBody!;
    const found = namedByte(bytes[wrong]!);
    const problem = `expected no body ${what}, found ${found} (${section})`;
    const end = wrong + 1;
    side.head.add(bytes, from, end, at + from, at + end);
    const place = { direction: side.direction };
    const offset = at + wrong;
    units.push(malformed(place, side.head, problem, 'malformed', offset));
    side.isOpaque = true;
    return end;
  }

  /** The first line is there: is it one? */
  #checkStart(side: Side, units: Unit[]): void {
    side.hasStart = true;
    const start = readStart(side.head.peek());
    const problem =
      insteadOfHeaders(side) ?? startProblem(start, side.direction === 'up');
    if (problem === undefined) return;
    units.push(malformed({ direction: side.direction }, side.head, problem));
    side.isOpaque = true;
  }

  #endHead(side: Side, units: Unit[]): void {
    side.hasStart = false;
    const { ranges, size } = side.head.ranges.take();
    const isRequest = side.direction === 'up';
    const head = side.head.take();
    const isKept = size <= KNOWN_HEADERS_LIMIT;
    const known = toKnown(isKept ? side.keep(head) : head, isRequest);
    side.known = isKept ? known : undefined;
    this.#tellHead(side, known, ranges, units);
  }

  #tellHead(
    side: Side,
    known: KnownHeaders,
    ranges: Range[],
    units: Unit[],
  ): void {
    const { head, asked } = known;
    const isRequest = side.direction === 'up';
    const exchange = isRequest ? undefined : this.#waiting[0];
    const { status } = known;
    const framing = isRequest
      ? asked.framing
      : responseFraming(asked.framing, status, exchange);
    const count = isRequest ? ++this.#requests : exchange?.number;
    const place = {
      direction: side.direction,
      exchange: this.#isLost ? undefined : count,
    };
    let problem = head.problem ?? asked.problem;
    // Of most responses there is nothing more to ask.
    const isUsual = known.isUsual && !isUnusual(exchange?.method);
    if (isUsual) side.noBody = undefined;
    else if (!isRequest) {
      side.noBody = noBodyReason(status, exchange?.method);
      problem ??= responseProblem(head, status, asked.framing, exchange);
    }
    if (!isRequest && this.#isUnasked(status))
      problem ??= `expected no other response, as no request waits for one (RFC 9112 6.3)`;
    if (side.closing !== undefined)
      problem ??= `expected no other ${isRequest ? 'request' : 'response'} after ${side.closing}`;
    if (isRequest || status >= 200) side.closing ??= known.closes;
    units.push(
      makeUnit({
        direction: place.direction,
        kind: isRequest ? 'http/1.1 request head' : 'http/1.1 response head',
        layer: 0,
        ranges,
        size: known.bytes.length,
        payload: 0,
        summary: known.summary,
        problem: this.#crowd(isRequest) ?? problem,
        exchange: place.exchange,
        dissector: isRequest ? requestDissector : responseDissector,
      }),
    );
    const isEmpty = framing.by === 'length' && framing.length === 0;
    if (framing.by !== 'none' && !isEmpty)
      side.body = makeBody(framing, known.content, place);
    if (status === 400 && side.body) side.body = new BodyOf400(side.body);
    if (isRequest && known.isUnframed) side.isOpaque = true;
    if (isRequest) this.#asked(known);
    else this.#answered(head, status, exchange, units);
  }

  /** Told once: too many requests wait for their answer. */
  #crowd(isRequest: boolean): string | undefined {
    const isFull = this.#waiting.length >= PIPELINE_LIMIT;
    if (!isRequest || !isFull) return undefined;
    return `more than ${number(PIPELINE_LIMIT)} requests wait: answers are not told apart from here on`;
  }

  #asked({ head, switches }: KnownHeaders): void {
    const [method] = head.start;
    this.#isHeld = switches && !this.#hasEnded;
    if (this.#waiting.length >= PIPELINE_LIMIT) {
      this.#isLost = true;
      this.#waiting = [];
    }
    if (this.#isLost) return;
    this.#waiting.push({
      number: this.#requests,
      method,
      switches,
      protocols: switches
        ? listOf(headerValue(head.lines, 'upgrade'))
        : NOTHING,
      offer: switches ? offerOf(head.lines) : NO_OFFER,
    });
  }

  #answered(
    head: StartAndHeaders,
    status: number,
    exchange: Exchange | undefined,
    units: Unit[],
  ): void {
    const isTunnel = exchange?.method === 'CONNECT' && isSuccess(status);
    if (status === 101 || isTunnel) {
      const protocol = headerValue(head.lines, 'upgrade').toLowerCase();
      this.#successor =
        status === 101 && protocol === 'websocket'
          ? new WebSocketPair({
              layer: 0,
              exchange: exchange?.number,
              deflate: acceptedDeflate(
                headerValue(head.lines, 'sec-websocket-extensions'),
              ),
            })
          : new OpaquePair();
    } else if (status < 200) {
      return;
    }
    this.#waiting.shift();
    if (this.#successor) this.#handOver(this.#successor, units);
    if (exchange?.switches || this.#successor) this.#release(units);
  }

  /** The client had begun a head that now belongs to who reads the rest. */
  #handOver(successor: ProtocolDecoder, units: Unit[]): void {
    const { head } = this.#sides.up;
    if (head.length === 0) return;
    const bytes = head.take().slice();
    const [range] = head.ranges.take().ranges;
    successor.push('up', bytes, 0, range![0], units);
  }
}

function insteadOfHeaders({ direction, head }: Side): string | undefined {
  return direction === 'down' ? alertInsteadOfResponse(head.peek()) : undefined;
}

/** Decodes an HTTP/1.1 connection, WebSocket included where it begins. */
export function http1Decoder(): ConnectionDecoder {
  return connectionDecoder(new Http1());
}
