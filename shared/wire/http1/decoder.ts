/**
 * HTTP/1.1, RFC 9112: both directions of a connection, each response with the
 * request that it belongs to, and the change to another protocol by 101 or
 * CONNECT.
 *
 * What goes in: the bytes of both directions, from the first of the connection
 * on, in the order in which they were recorded; see `byte-cursor.ts`.
 *
 * What comes out: a unit for each start line with its headers, one for each
 * chunk, body, or part of a long body, and what a body holds, one layer above.
 * After a change of the protocol the units are those of the new one.
 *
 * What a partial message does: of a start line and headers all is kept, up to
 * `HEADERS_LIMIT`; a body passes. What a client sends before the response that
 * decides how to read it waits for that, up to `HELD_LIMIT`. When the
 * connection ends, what is incomplete is malformed. After something malformed
 * the rest of its direction is opaque. Left out: see left-out.md.
 */
import { ByteCursor } from '../byte-cursor.ts';
import { withDecompressors } from '../coding/content.ts';
import type { Decompressors } from '../fields.ts';
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
  type HeaderLine,
} from './header-section.ts';
import {
  responseFraming,
  contentTypeOf,
  headersSummary,
  isSuccess,
  CLOSES,
  makeBody,
  type PendingExchange,
  type MessageHeaders,
} from './rules.ts';
import { readOrdinaryRequest, readOrdinaryResponse } from './ordinary.ts';
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
  type ConnectionDecoder,
  type Direction,
  type ProtocolDecoder,
  type Unit,
} from '../unit.ts';
import { type Range, ByteRanges } from '../byte-ranges.ts';
import { offerOf, type Offer } from '../websocket/handshake.ts';
import { webSocket } from '../websocket/decoder.ts';

const LF = 10;
const CR = 13;

/** So every response begins. */
const RESPONSE = 'HTTP/1.';

/** What a message begins with: RFC 9112, 3 and 4, and 5. */
const START_AND_HEADERS = {
  up: 'request line and headers',
  down: 'status line and headers',
} as const;

const NOTHING: string[] = [];
const NO_OFFER: Offer = { key: '', protocols: [], extensions: [] };

/** Where one direction is. */
class Side {
  readonly direction: Direction;
  readonly headers = new ReassemblyBuffer();
  readonly opaque: Opaque;
  /** Bytes of the current line of the start line and headers. */
  lineLength = 0;
  lastByte = 0;
  hasStart = false;
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
}

/** Its response has no body, or a special meaning. */
function isUnusual(method: string | undefined): boolean {
  return method === 'HEAD' || method === 'CONNECT';
}

/** RFC 9112, 9.3: HTTP/1.0 goes on only if it says so. */
function closeReason(
  connection: string[],
  isOldRequest: boolean,
): string | undefined {
  if (connection.includes('close')) return CLOSES;
  return isOldRequest && !connection.includes('keep-alive')
    ? 'one of HTTP/1.0 without "Connection: keep-alive" (RFC 9112, 9.3)'
    : undefined;
}

function readHeaders(bytes: Uint8Array, isRequest: boolean): MessageHeaders {
  const headers = readStartAndHeaders(bytes);
  const connection = listOf(headerValue(headers.lines, 'connection'));
  const switches =
    headers.start[0] === 'CONNECT' || connection.includes('upgrade');
  const declared = framingOf(headers, isRequest);
  // Where such a request ends, nobody can say.
  const isUnframed =
    isRequest && declared.problem && declared.framing.by === 'none';
  if (isRequest) declared.problem ??= requestProblem(headers, switches);
  return {
    size: bytes.length,
    headers,
    method: isRequest ? headers.start[0] : '',
    problem: headers.problem ?? declared.problem,
    framing: declared.framing,
    content: contentTypeOf(headers, !isRequest),
    switches,
    closes: closeReason(
      connection,
      isRequest && headers.start[2] === 'HTTP/1.0',
    ),
    isUnframed: Boolean(isUnframed),
    isUsual: isRequest || isUsualResponse(headers),
    status: isRequest ? 0 : Number(headers.start[1]),
    summary: headersSummary(headers, isRequest, bytes.length),
  };
}

/** Both directions of an HTTP/1.1 connection, from its first byte on. */
export class Http1 implements ProtocolDecoder {
  readonly #decompressors: Decompressors;
  #sides = { up: new Side('up'), down: new Side('down') };
  #waiting: PendingExchange[] = [];
  #requests = 0;
  /** Too many requests wait: responses cannot be told apart any more. */
  #isLost = false;
  /**
   * What the client says before the response decides how to read it: what is
   * left of earlier bytes that were held, and those after them.
   */
  #rest: ByteCursor | undefined;
  #held = new ReassemblyBuffer();
  #isHeld = false;
  /** One side has ended: no response will come that could decide. */
  #hasEnded = false;
  /** What reads the rest, after an upgrade or CONNECT. */
  #successor: ProtocolDecoder | undefined;

  /** @param decompressors for codings other than gzip and deflate */
  constructor(decompressors: Decompressors = {}) {
    this.#decompressors = decompressors;
  }

  push(direction: Direction, input: ByteCursor, units: Unit[]): void {
    this.#read(direction, input, units);
    if (input.left > 0) this.#hold(this.#sides[direction], input, units);
  }

  /** Leaves the bytes that must wait for the response. */
  #read(direction: Direction, input: ByteCursor, units: Unit[]): void {
    const side = this.#sides[direction];
    while (input.left > 0) {
      // A body that has begun is read to its end, whatever reads what follows.
      const isBetween = !side.body && !side.isOpaque;
      if (isBetween && this.#successor)
        this.#successor.push(direction, input, units);
      else if (isBetween && direction === 'up' && this.#isHeld) return;
      else this.#advance(side, input, units);
    }
  }

  finish(direction: Direction, units: Unit[]): void {
    const side = this.#sides[direction];
    // After this no response will come that would need another reading.
    this.#hasEnded = true;
    this.#release(units);
    if (side.body) side.body.finish(units);
    else if (side.headers.length > 0)
      this.#fail(
        side,
        insteadOfHeaders(side) ??
          `expected the rest of the ${START_AND_HEADERS[side.direction]}, the connection ended (RFC 9112, 8)`,
        units,
      );
    side.body = undefined;
    side.isOpaque = true;
    this.#successor?.finish(direction, units);
  }

  #advance(side: Side, input: ByteCursor, units: Unit[]): void {
    if (side.isOpaque) {
      side.opaque.push(input, units);
    } else if (side.body) {
      side.body.push(input, units);
      if (side.body.failed) side.isOpaque = true;
      if (side.body.failed || side.body.done) side.body = undefined;
    } else {
      this.#headers(side, input, units);
    }
  }

  #hold(side: Side, input: ByteCursor, units: Unit[]): void {
    const room = HELD_LIMIT - this.#held.length - (this.#rest?.left ?? 0);
    this.#held.read(input, input.upTo(room));
    if (input.left === 0) return;
    const problem = `${number(HELD_LIMIT)} bytes came before the response to an upgrade or CONNECT`;
    const all = new ByteRanges();
    if (this.#rest) all.read(this.#rest, this.#rest.bytes.length);
    all.addAll(this.#held.discard().take().ranges);
    const place = { direction: side.direction };
    units.push(malformed(place, all, problem, { kind: 'limit' }));
    this.#rest = undefined;
    this.#isHeld = false;
    side.isOpaque = true;
    side.opaque.push(input, units);
  }

  /**
   * The response has come: what was held is read accordingly. Another upgrade
   * among it is held again, with all that follows, which is not copied.
   */
  #release(units: Unit[]): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    while (!this.#isHeld) {
      const rest = this.#rest ?? taken(this.#held);
      this.#rest = undefined;
      if (!rest) return;
      this.#read('up', rest, units);
      if (rest.left > 0) this.#rest = rest;
    }
  }

  /** Collects the start line and the headers, line by line. */
  #headers(side: Side, input: ByteCursor, units: Unit[]): void {
    const { bytes } = input;
    const { headers } = side;
    const isFirst = headers.length === 0;
    if (isFirst && this.#ordinary(side, input, units)) return;
    if (headers.length < RESPONSE.length && side.direction === 'down') {
      if (isFirst) this.#expectNothing(side);
      const wrong = this.#wrongAt(side, input);
      if (wrong >= 0) {
        this.#unexpected(side, input, wrong, units);
        return;
      }
    }
    let { next } = input;
    const limit = input.upTo(HEADERS_LIMIT - headers.length);
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
        headers.read(input, next);
        if (isBlank) this.#endHeaders(side, units);
        else this.#checkStart(side, units);
        return;
      }
    }
    headers.read(input, next);
    if (headers.length < HEADERS_LIMIT) return;
    const problem = `expected the end of the ${START_AND_HEADERS[side.direction]} within ${byteCount(HEADERS_LIMIT)}`;
    this.#fail(side, problem, units, { kind: 'limit' });
  }

  /** Most are complete in one read, and need no more than one look. */
  #ordinary(side: Side, input: ByteCursor, units: Unit[]): boolean {
    const { bytes, next, offset } = input;
    const to = input.upTo(HEADERS_LIMIT);
    const isRequest = side.direction === 'up';
    if (!isRequest && isUnusual(this.#waiting[0]?.method)) return false;
    const read = isRequest
      ? readOrdinaryRequest(bytes, next, to)
      : readOrdinaryResponse(bytes, next, to);
    if (!read) return false;
    input.next = next + read.size;
    this.#emitHeaders(side, read, [[offset, input.offset]], units);
    return true;
  }

  /** Nothing after it can be read in this direction. */
  #fail(
    { direction, headers }: Side,
    problem: string,
    units: Unit[],
    more?: Parameters<typeof malformed>[3],
  ): void {
    units.push(malformed({ direction }, headers.discard(), problem, more));
    this.#sides[direction].isOpaque = true;
  }

  /** With no request that waits, nothing may come down. */
  #expectNothing(side: Side): void {
    const isDone = this.#requests > 0 && this.#waiting.length === 0;
    if (isDone && !this.#isLost)
      side.noBody ??= {
        what: 'no bytes while no request waits for a response',
        section: 'RFC 9112, 9.2',
      };
  }

  /**
   * No request waits for this response. 408 may come to an idle connection, and
   * an early error before the request's headers are complete.
   */
  #isUnexpected(status: number): boolean {
    if (this.#requests === 0 || this.#waiting.length > 0) return false;
    const { headers, isOpaque } = this.#sides.up;
    const isLate = headers.length > 0 || isOpaque || this.#held.length > 0;
    return !this.#isLost && !isLate && status !== 408;
  }

  /** Where the bytes turn out to be no response, if only one may come. */
  #wrongAt({ noBody, headers }: Side, { bytes, next }: ByteCursor): number {
    if (!noBody) return -1;
    const known = headers.length;
    for (let i = 0; known + i < RESPONSE.length; i++) {
      if (next + i === bytes.length) return -1;
      if (bytes[next + i] !== RESPONSE.charCodeAt(known + i)) return next + i;
    }
    return -1;
  }

  /** A body where none may be: told at its first byte that cannot be else. */
  #unexpected(
    side: Side,
    input: ByteCursor,
    wrong: number,
    units: Unit[],
  ): void {
    const { what, section } = side.noBody!;
    const found = namedByte(input.bytes[wrong]!);
    const problem = `expected ${what}, found ${found} (${section})`;
    side.headers.read(input, wrong + 1);
    this.#fail(side, problem, units, { offset: input.base + wrong });
  }

  /** The first line is there: is it one? */
  #checkStart(side: Side, units: Unit[]): void {
    side.hasStart = true;
    const start = readStart(side.headers.peek());
    const problem =
      insteadOfHeaders(side) ?? startProblem(start, side.direction === 'up');
    if (problem !== undefined) this.#fail(side, problem, units);
  }

  #endHeaders(side: Side, units: Unit[]): void {
    side.hasStart = false;
    const { ranges } = side.headers.ranges.take();
    const isRequest = side.direction === 'up';
    const read = readHeaders(side.headers.take(), isRequest);
    this.#emitHeaders(side, read, ranges, units);
  }

  #emitHeaders(
    side: Side,
    read: MessageHeaders,
    ranges: Range[],
    units: Unit[],
  ): void {
    const { headers, status } = read;
    const isRequest = side.direction === 'up';
    const exchange = isRequest ? undefined : this.#waiting[0];
    const framing = isRequest
      ? read.framing
      : responseFraming(read.framing, status, exchange);
    const count = isRequest ? ++this.#requests : exchange?.number;
    const place = {
      direction: side.direction,
      exchange: this.#isLost ? undefined : count,
    };
    let { problem } = read;
    // Of most responses there is nothing more to ask.
    const isUsual = read.isUsual && !isUnusual(exchange?.method);
    if (isUsual) side.noBody = undefined;
    else if (headers && !isRequest) {
      side.noBody = noBodyReason(status, exchange?.method);
      problem ??= responseProblem(headers, status, read.framing, exchange);
    }
    if (!isRequest && this.#isUnexpected(status))
      problem ??= `expected no other response, as no request waits for one (RFC 9112, 9.2)`;
    if (side.closing !== undefined)
      problem ??= `expected no other ${isRequest ? 'request' : 'response'} after ${side.closing}`;
    if (isRequest || status >= 200) side.closing ??= read.closes;
    units.push(
      makeUnit({
        direction: place.direction,
        kind: isRequest
          ? 'http/1.1 request headers'
          : 'http/1.1 response headers',
        layer: 0,
        ranges,
        size: read.size,
        payload: 0,
        summary: read.summary,
        problem: this.#crowd(isRequest) ?? problem,
        exchange: place.exchange,
        dissector: isRequest ? requestDissector : responseDissector,
      }),
    );
    const isEmpty = framing.by === 'length' && framing.length === 0;
    if (framing.by !== 'none' && !isEmpty)
      side.body = makeBody(
        framing,
        withDecompressors(read.content, this.#decompressors),
        place,
      );
    if (status === 400 && side.body) side.body = new BodyOf400(side.body);
    if (isRequest && read.isUnframed) side.isOpaque = true;
    if (isRequest) this.#request(read);
    else this.#response(headers?.lines ?? [], status, exchange, units);
  }

  /** Told once: too many requests wait for their response. */
  #crowd(isRequest: boolean): string | undefined {
    const isFull = this.#waiting.length >= PIPELINE_LIMIT;
    if (!isRequest || !isFull) return undefined;
    return `more than ${number(PIPELINE_LIMIT)} requests wait: responses are not matched to them from here on`;
  }

  #request({ headers, method, switches }: MessageHeaders): void {
    const lines = headers?.lines ?? [];
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
      protocols: switches ? listOf(headerValue(lines, 'upgrade')) : NOTHING,
      offer: switches ? offerOf(lines) : NO_OFFER,
    });
  }

  #response(
    lines: HeaderLine[],
    status: number,
    exchange: PendingExchange | undefined,
    units: Unit[],
  ): void {
    const isTunnel = exchange?.method === 'CONNECT' && isSuccess(status);
    if (status === 101 || isTunnel) {
      const protocol = headerValue(lines, 'upgrade').toLowerCase();
      this.#successor =
        status === 101 && protocol === 'websocket'
          ? webSocket({
              layer: 0,
              exchange: exchange?.number,
              deflate: acceptedDeflate(
                headerValue(lines, 'sec-websocket-extensions'),
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

  /** The client had begun something that belongs to what reads the rest. */
  #handOver(successor: ProtocolDecoder, units: Unit[]): void {
    const begun = taken(this.#sides.up.headers);
    if (begun) successor.push('up', begun, units);
  }
}

/** What was kept, to be read after all; undefined if nothing was. */
function taken(kept: ReassemblyBuffer): ByteCursor | undefined {
  if (kept.length === 0) return undefined;
  const bytes = kept.take().slice();
  const [range] = kept.ranges.take().ranges;
  return new ByteCursor(bytes, range![0]);
}

function insteadOfHeaders({ direction, headers }: Side): string | undefined {
  return direction === 'down'
    ? alertInsteadOfResponse(headers.peek())
    : undefined;
}

/** Decodes an HTTP/1.1 connection, WebSocket included where it begins. */
export function http1Decoder(): ConnectionDecoder {
  return connectionDecoder(new Http1());
}
