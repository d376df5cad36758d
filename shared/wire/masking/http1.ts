/**
 * Masks the secrets in a connection of HTTP/1.1: in its headers, in its bodies,
 * chunks put together, and in what is spoken after an upgrade or CONNECT. What
 * no unit tells, and all that follows something malformed, becomes asterisks.
 */
import {
  headerValue,
  listOf,
  readStartAndHeaders,
  type StartAndHeaders,
} from '../http1/header-section.ts';
import { isSuccess } from '../http1/rules.ts';
import { maskBody, type BodyKind } from './body.ts';
import {
  coverWhole,
  maskRanges,
  type BothWays,
  type Codings,
} from './bytes.ts';
import {
  maskCutHeaders,
  maskFields,
  maskStartAndHeaders,
} from './header-section.ts';
import { maskCutEnd, maskText } from './text.ts';
import { maskWebSocket } from './websocket.ts';
import { latin1 } from '../text.ts';
import type { Direction, Unit } from '../unit.ts';
import type { Range } from '../byte-ranges.ts';

const LF = 10;

/** Where in each direction something else begins. */
export type Offsets = Record<Direction, number>;

/** Masks what lies behind those places. */
export type MaskRest = (from: Offsets) => void;

/**
 * Masks both directions, from their first byte on.
 *
 * @param units all of the connection; more are asked for when those before
 *   them were looked at
 * @param maskRest for what is spoken in a tunnel, or after an upgrade
 */
export function maskHttp1(
  bytes: BothWays,
  units: Iterable<Unit>,
  codings: Codings,
  maskRest: MaskRest,
): void {
  const sides = {
    up: new Side(bytes.up, codings),
    down: new Side(bytes.down, codings),
  };
  /** The method of each request that waits for its response. */
  const methods = new Map<number, string>();
  for (const unit of units) {
    const [first] = unit.ranges;
    if (unit.layer !== 0 || !first) continue;
    const { direction, exchange } = unit;
    const headers = sides[direction].take(
      unit,
      first[0],
      unit.ranges.at(-1)![1],
    );
    if (!headers) continue;
    if (direction === 'up') {
      if (exchange !== undefined) methods.set(exchange, headers.start[0]);
      continue;
    }
    const status = Number(headers.start[1]);
    const isTunnel =
      exchange !== undefined &&
      methods.get(exchange) === 'CONNECT' &&
      isSuccess(status);
    if (exchange !== undefined && status >= 200) methods.delete(exchange);
    if (status !== 101 && !isTunnel) continue;
    const from = { up: sides.up.leave(), down: sides.down.leave() };
    maskAfter(headers, from, bytes, maskRest);
    return;
  }
  sides.up.finish();
  sides.down.finish();
}

/** What both sides speak from now on. */
function maskAfter(
  { start, lines }: StartAndHeaders,
  from: Offsets,
  bytes: BothWays,
  maskRest: MaskRest,
): void {
  const protocol = headerValue(lines, 'upgrade').toLowerCase();
  if (start[1] !== '101' || protocol !== 'websocket') {
    maskRest(from);
    return;
  }
  maskWebSocket(
    { up: bytes.up.subarray(from.up), down: bytes.down.subarray(from.down) },
    {
      extensions: headerValue(lines, 'sec-websocket-extensions'),
      subprotocol: headerValue(lines, 'sec-websocket-protocol'),
    },
  );
}

/** One direction: headers, their body, the next headers. */
class Side {
  readonly #bytes: Uint8Array;
  readonly #codings: Codings;
  /** Up to here everything is either fine or masked. */
  #done = 0;
  #body: { kind: BodyKind; ranges: Range[] } | undefined;
  #isInChunks = false;

  constructor(bytes: Uint8Array, codings: Codings) {
    this.#bytes = bytes;
    this.#codings = codings;
  }

  /** @returns the start line and headers, as they were, if the unit is such */
  take(unit: Unit, from: number, to: number): StartAndHeaders | undefined {
    const bytes = this.#bytes;
    coverWhole(bytes, [[this.#done, from]]);
    this.#done = Math.max(this.#done, to);
    switch (unit.kind) {
      case 'http/1.1 request headers':
      case 'http/1.1 response headers':
        return this.#headers(unit, from, to);
      case 'body':
      case 'body part':
        this.#body?.ranges.push([from, to]);
        if (this.#body && unit.problem) this.#body.kind.isCut = true;
        if (!this.#body) coverWhole(bytes, [[from, to]]);
        return undefined;
      case 'http/1.1 chunk':
      case 'http/1.1 last chunk':
        if (!this.#chunk(from, to)) coverWhole(bytes, [[from, to]]);
        return undefined;
      default:
        if (unit.kind !== 'malformed' || !this.#isCutOff(from, to))
          coverWhole(bytes, [[from, to]]);
        return undefined;
    }
  }

  #headers(
    { direction, exchange }: Unit,
    from: number,
    to: number,
  ): StartAndHeaders {
    this.#endBody();
    const headers = readStartAndHeaders(this.#bytes.subarray(from, to));
    maskStartAndHeaders(this.#bytes.subarray(from, to));
    const transfer = listOf(headerValue(headers.lines, 'transfer-encoding'));
    this.#isInChunks = transfer.at(-1) === 'chunked';
    const codings = [
      ...listOf(headerValue(headers.lines, 'content-encoding')),
      ...transfer.filter((coding) => coding !== 'chunked'),
    ];
    const type = headerValue(headers.lines, 'content-type');
    // What nobody asked for may be the response to a CONNECT.
    const mayBeTunnel =
      direction === 'down' &&
      exchange === undefined &&
      transfer.length === 0 &&
      !headerValue(headers.lines, 'content-length');
    if (!mayBeTunnel) this.#body = { kind: { type, codings }, ranges: [] };
    return headers;
  }

  /** The size, and data or trailers after it; false if it is none. */
  #chunk(from: number, to: number): boolean {
    const bytes = this.#bytes;
    const found = bytes.indexOf(LF, from);
    const size = Number.parseInt(latin1(bytes, from, from + 16), 16);
    if (!this.#body || found < 0 || found >= to || !(size >= 0)) return false;
    maskText(bytes, 'text', from, found);
    const data = found + 1;
    if (size === 0) {
      maskFields(bytes.subarray(data, to));
      this.#isInChunks = false;
    } else {
      const end = Math.min(to, data + size);
      this.#body.ranges.push([data, end]);
    }
    return true;
  }

  /** The last thing of a direction, which may be the beginning of something. */
  #isCutOff(from: number, to: number): boolean {
    if (to < this.#bytes.length) return false;
    if (this.#isInChunks) {
      if (this.#body) this.#body.kind.isCut = true;
      maskCutEnd(this.#bytes, from, to);
      return this.#chunk(from, to);
    }
    const start = latin1(this.#bytes, from, Math.min(to, from + 64));
    if (!/^[\r\n]*(?:[A-Z-]+ |HTTP\/1\.)/.test(start)) return false;
    this.#endBody();
    maskCutHeaders(this.#bytes.subarray(from, to));
    return true;
  }

  #endBody(): void {
    const body = this.#body;
    this.#body = undefined;
    this.#isInChunks = false;
    if (!body || body.ranges.length === 0) return;
    maskRanges(this.#bytes, body.ranges, (plain) =>
      maskBody(plain, body.kind, this.#codings),
    );
  }

  /** HTTP/1.1 ends here; returns where something else begins. */
  leave(): number {
    this.#endBody();
    return this.#done;
  }

  finish(): void {
    this.#endBody();
    coverWhole(this.#bytes, [[this.#done, this.#bytes.length]]);
  }
}
