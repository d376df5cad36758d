/**
 * The exchanges of a run: each request with its response, and how long they
 * took.
 *
 * What goes in: the lines of a run, in their order, cut into batches anywhere.
 * What comes out: an `Exchange` for each request of HTTP/1.1 and HTTP/2, in the
 * order in which they began; a WebSocket is the exchange that opened it, for as
 * long as it lasts. All times are ms since the run began.
 *
 * A line has the time of its last byte, a shortened target, and no header. When
 * more is wanted of an exchange, somebody who can read the run asks for the
 * `HeaderFacts` of both its header sections, and hands them to `learn`.
 *
 * A response whose request is not among the lines is left out, and so is one
 * that was pushed (RFC 9113, 8.4).
 */
import type { Field } from '@on-the-wire/wire/fields.ts';
import {
  isUnit,
  type Details,
  type HeaderFacts,
  type Line,
  type NoteLine,
  type RunReader,
  type UnitLine,
} from './source.ts';

/** A request, and what has come of it so far. */
export interface Exchange {
  /** The number of the line with its request's header section. */
  readonly request: number;
  readonly connection: number;
  readonly link: string | undefined;
  /** Which of an HTTP/1.1 connection: 1, 2, 3 …; in HTTP/2 its stream. */
  readonly number: number;
  readonly isHttp2: boolean;
  readonly method: string;
  target: string;
  /** The first on its connection; when that was opened, if it is known. */
  readonly isFirst: boolean;
  readonly opened: number | undefined;
  /** When the first byte of the request passed. */
  start: number;
  /** When the last byte of the request that has come so far passed. */
  sent: number;
  /** The number of the line with the final response's header section. */
  response: number | undefined;
  /** Its status code, and that with its reason: `200 OK`. */
  status: number | undefined;
  statusText: string;
  /** Its media type, without parameters; undefined where it is not known. */
  type: string | undefined;
  /** When the first byte of the final response passed. */
  firstByte: number | undefined;
  /** When the last byte of both that has come so far passed. */
  end: number;
  /** `open`: more is to come. `cut`: it ended before it was complete. */
  state: 'open' | 'complete' | 'cut';
  /** It has become a connection of another protocol: 101, or CONNECT. */
  isSwitched: boolean;
  /** Its bytes on the wire, in each direction. */
  up: number;
  down: number;
  /** How many of those that came down were the response's content. */
  content: number;
}

/** How long an exchange took, in ms; undefined: not yet, or never. */
export interface ExchangeTimes {
  /** From the last byte of the request to the first one of the response. */
  waiting: number | undefined;
  /** From the first byte of the request to the first one of the response. */
  firstByte: number | undefined;
  /** From the first byte of the request to the last one of the response. */
  total: number | undefined;
}

/** What is known of a connection. */
interface Connection {
  opened: number | undefined;
  hadExchange: boolean;
  /** By their number in HTTP/1.1, or their stream. */
  exchanges: Map<number, Exchange>;
  /** What is open of these. */
  open: Set<Exchange>;
  /** It speaks another protocol from here on. */
  switched: Exchange | undefined;
  /** Streams whose HEADERS frame goes on, and ends its stream. */
  ending: Set<number>;
}

const REQUEST = /^(\S+) (.*): request line and headers, /;
const RESPONSE =
  /^(([1-5]\d\d)\b.*): status line and headers, [\d,]+ bytes?(?:, (.*?))?(?:, HTTP\/1\.\d)?$/;
const FRAME =
  /^(?:HEADERS, stream|header list of stream) \d+, (.*): [\d,]+ bytes?/;
const BODY = /^body: [\d,]+ bytes?, ([^,\s]+\/[^,\s]+)/;
const ENDS = ', ends the stream';
const CUT = /the connection ended|was reset/;

/** The exchanges of a run; see above. */
export class Exchanges {
  /** Those that are kept, in the order in which they began. */
  all: Exchange[] = [];
  /** When the last line passed: how far the run has come. */
  latest = 0;
  readonly #connections = new Map<number, Connection>();

  /** Takes the next lines. */
  add(lines: Iterable<Line>): void {
    for (const line of lines) {
      this.latest = Math.max(this.latest, line.time);
      if (!isUnit(line)) this.#note(line);
      else if (line.stream !== undefined) this.#http2(line, line.stream);
      else this.#http1(line);
    }
  }

  /** The exchange that a line is part of; undefined if it is of none. */
  of(line: Line): Exchange | undefined {
    if (!isUnit(line)) return undefined;
    const connection = this.#connections.get(line.connection);
    const number = line.stream ?? line.exchange;
    return number === undefined
      ? connection?.switched
      : connection?.exchanges.get(number);
  }

  /** Adds what the header sections of an exchange say. */
  learn(exchange: Exchange, facts: readonly HeaderFacts[]): void {
    for (const { n, began, target, type, hasBody } of facts) {
      if (n === exchange.request) {
        exchange.start = began;
        if (target !== undefined) exchange.target = target;
      } else if (n === exchange.response) {
        exchange.firstByte = began;
        exchange.type ??= type;
        // An HTTP/2 stream says itself where it ends.
        if (!hasBody && !exchange.isHttp2 && !exchange.isSwitched)
          this.#end(exchange, 'complete');
      }
    }
  }

  /** Forgets exchanges whose request is no longer kept. */
  dropBefore(n: number): void {
    const first = this.all.findIndex(({ request }) => request >= n);
    const gone = this.all.splice(0, first < 0 ? this.all.length : first);
    for (const exchange of gone) {
      const known = this.#connections.get(exchange.connection);
      if (!known) continue;
      known.exchanges.delete(exchange.number);
      known.open.delete(exchange);
      if (known.exchanges.size === 0 && !known.switched)
        this.#connections.delete(exchange.connection);
    }
  }

  #connection(id: number): Connection {
    let known = this.#connections.get(id);
    if (!known) {
      known = {
        opened: undefined,
        hadExchange: false,
        exchanges: new Map(),
        open: new Set(),
        switched: undefined,
        ending: new Set(),
      };
      this.#connections.set(id, known);
    }
    return known;
  }

  #note({ kind, connection, time, direction }: NoteLine): void {
    if (kind === 'open') this.#connection(connection).opened = time;
    if (kind !== 'end' || direction === 'up') return;
    const known = this.#connections.get(connection);
    if (!known) return;
    for (const exchange of known.open) {
      // A body that was cut has been told; without one, this was all.
      const isAll =
        exchange.response !== undefined &&
        (exchange.isSwitched || exchange.content === 0) &&
        !exchange.isHttp2;
      if (exchange.isSwitched) exchange.end = time;
      this.#end(exchange, isAll ? 'complete' : 'cut');
    }
  }

  #http1(line: UnitLine): void {
    const { kind, connection, exchange: number, direction, time } = line;
    const known = this.#connection(connection);
    if (number === undefined) {
      if (known.switched) this.#pass(known.switched, line);
      return;
    }
    if (kind === 'http/1.1 request headers') {
      const [, method, target] = REQUEST.exec(line.summary) ?? [];
      if (method !== undefined)
        this.#begin(known, number, line, method, target!);
      return;
    }
    const exchange = known.exchanges.get(number);
    if (!exchange) return;
    if (direction === 'down') this.#endBefore(known, number);
    this.#pass(exchange, line);
    if (direction === 'up') return;
    if (kind === 'http/1.1 response headers')
      this.#http1Response(exchange, line);
    else if (kind === 'http/1.1 last chunk') this.#end(exchange, 'complete');
    else if (kind === 'malformed') this.#end(exchange, 'cut');
    else if (kind === 'body' || kind === 'event') {
      exchange.type ??=
        kind === 'event' ? 'text/event-stream' : BODY.exec(line.summary)?.[1];
      const isCut = CUT.test(line.problem ?? '');
      if (kind === 'body' && exchange.state === 'open') {
        exchange.end = time;
        this.#end(exchange, isCut ? 'cut' : 'complete');
      }
    }
  }

  #http1Response(exchange: Exchange, line: UnitLine): void {
    const [, text, code, type] = RESPONSE.exec(line.summary) ?? [];
    const status = Number(code);
    const isTunnel =
      exchange.method === 'CONNECT' && status >= 200 && status < 300;
    if (text === undefined || (status < 200 && status !== 101)) return;
    this.#respond(exchange, line, status, text);
    exchange.type = type?.split(';', 1)[0]!.trim().toLowerCase();
    if (status === 101 || isTunnel) {
      exchange.isSwitched = true;
      this.#connection(exchange.connection).switched = exchange;
    } else if (isBodiless(exchange.method, status)) {
      this.#end(exchange, 'complete');
    }
  }

  /** Another response has begun: those before it are complete. */
  #endBefore(known: Connection, number: number): void {
    for (const open of known.open) {
      if (known.exchanges.get(number) === open) return;
      if (open.response !== undefined) this.#end(open, 'complete');
    }
  }

  #http2(line: UnitLine, stream: number): void {
    const { kind, direction, summary } = line;
    const known = this.#connection(line.connection);
    let exchange = known.exchanges.get(stream);
    const isSection =
      kind === 'http/2 HEADERS' || kind === 'http/2 header list';
    const title = isSection ? (FRAME.exec(summary)?.[1] ?? '') : '';
    const isContinued = kind === 'http/2 HEADERS' && title === 'continued';
    if (isContinued && summary.endsWith(ENDS)) known.ending.add(stream);
    if (isSection && direction === 'up' && !exchange && !isContinued) {
      const [, method, target] = /^(\S+) (.*)$/s.exec(title) ?? [];
      if (method === undefined) return;
      this.#begin(known, stream, line, method, target!);
      exchange = known.exchanges.get(stream)!;
      if (kind === 'http/2 header list') exchange.up = 0;
    } else if (exchange) {
      this.#pass(exchange, line);
    }
    if (!exchange) return;
    if (kind === 'http/2 RST_STREAM') this.#end(exchange, 'cut');
    if (direction === 'up') return;
    const [code] = /^[2-5]\d\d\b/.exec(title) ?? [];
    if (code !== undefined && exchange.response === undefined) {
      this.#respond(exchange, line, Number(code), title);
      exchange.isSwitched = exchange.method === 'CONNECT';
    }
    if (kind === 'event') exchange.type ??= 'text/event-stream';
    if (kind === 'body') exchange.type ??= BODY.exec(summary)?.[1];
    const ends =
      kind === 'http/2 header list'
        ? known.ending.delete(stream)
        : !isContinued && summary.endsWith(ENDS);
    if (ends) this.#end(exchange, 'complete');
  }

  #begin(
    known: Connection,
    number: number,
    line: UnitLine,
    method: string,
    target: string,
  ): void {
    const { n, connection, link, time, size } = line;
    const exchange: Exchange = {
      request: n,
      connection,
      link,
      number,
      isHttp2: line.stream !== undefined,
      method,
      target,
      isFirst: !known.hadExchange,
      opened: known.hadExchange ? undefined : known.opened,
      start: time,
      sent: time,
      response: undefined,
      status: undefined,
      statusText: '',
      type: undefined,
      firstByte: undefined,
      end: time,
      state: 'open',
      isSwitched: false,
      up: size,
      down: 0,
      content: 0,
    };
    known.hadExchange = true;
    known.exchanges.set(number, exchange);
    known.open.add(exchange);
    this.all.push(exchange);
  }

  /** Bytes of an exchange. */
  #pass(exchange: Exchange, line: UnitLine): void {
    const { direction, layer, size, payload, time, kind } = line;
    if (layer === 0) exchange[direction] += size;
    if (layer === 0 && direction === 'down') exchange.content += payload;
    if (exchange.state !== 'open' || kind === 'http/2 WINDOW_UPDATE') return;
    exchange.end = time;
    if (direction === 'up' && !exchange.isSwitched) exchange.sent = time;
  }

  #respond(
    exchange: Exchange,
    { n, time }: UnitLine,
    status: number,
    text: string,
  ): void {
    exchange.response = n;
    exchange.status = status;
    exchange.statusText = text;
    exchange.firstByte = time;
  }

  #end(exchange: Exchange, state: 'complete' | 'cut'): void {
    if (exchange.state !== 'open') return;
    exchange.state = state;
    this.#connections.get(exchange.connection)?.open.delete(exchange);
  }
}

/** RFC 9112, 6.3: no body follows, whatever the headers say. */
function isBodiless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304;
}

/** How long an exchange took. */
export function timesOf(exchange: Exchange): ExchangeTimes {
  const { start, sent, firstByte, end, state } = exchange;
  return {
    waiting:
      firstByte === undefined ? undefined : Math.max(0, firstByte - sent),
    firstByte: firstByte === undefined ? undefined : firstByte - start,
    total: state === 'open' ? undefined : end - start,
  };
}

/** How long an exchange took: `waiting 12 ms · first byte 13 ms · total 20 ms`. */
export function timesInWords(exchange: Exchange): string {
  const { waiting, firstByte, total } = timesOf(exchange);
  const parts = [];
  if (waiting !== undefined) parts.push(`waiting ${duration(waiting)}`);
  if (firstByte !== undefined) parts.push(`first byte ${duration(firstByte)}`);
  if (total !== undefined) parts.push(`total ${duration(total)}`);
  else parts.push('still open');
  if (exchange.state === 'cut') parts.push('cut before its end');
  return parts.join(' · ');
}

/** A time that passed: `0.4 ms`, `12 ms`, `1.25 s`, `61 s`. */
export function duration(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return ms < 9_995
    ? `${(ms / 1000).toFixed(2)} s`
    : `${Math.round(ms / 1000).toLocaleString('en')} s`;
}

/** What header sections say: of the lines that have one, and are kept. */
export function headerFacts(
  reader: RunReader,
  lines: readonly number[],
): HeaderFacts[] {
  return lines.flatMap((n) => headerFactsOf(reader, n) ?? []);
}

/**
 * What the header section of a line says.
 *
 * @param n the number of its line
 * @returns undefined where it is not, or no longer, kept, or is no such line
 */
export function headerFactsOf(
  reader: RunReader,
  n: number,
): HeaderFacts | undefined {
  const line = reader.line(n);
  if (!line || !isUnit(line) || !SECTIONS.has(line.kind)) return undefined;
  const details = reader.details(n);
  if (!details?.bytes) return undefined;
  const { fields } = details;
  const began = { n, began: beganAt(details), hasBody: announcesBody(fields) };
  if (line.direction === 'down')
    return { ...began, type: mediaType(valueOf(fields, 'content-type')) };
  const target = valueOf(
    fields,
    line.stream === undefined ? 'target' : ':path',
  );
  return target === undefined ? began : { ...began, target };
}

const SECTIONS = new Set<Line['kind']>([
  'http/1.1 request headers',
  'http/1.1 response headers',
  'http/2 HEADERS',
  'http/2 header list',
]);

/** The first read that has one of its bytes. */
function beganAt({ reads, line }: Details): number {
  return reads[0]?.time ?? line.time;
}

/** The value of the first field of this name, which has small letters. */
function valueOf(fields: readonly Field[], name: string): string | undefined {
  return fields.find(({ label }) => label.toLowerCase() === name)?.value;
}

function mediaType(value = ''): string {
  return value.split(';', 1)[0]!.trim().toLowerCase();
}

/** Of a request, none is announced by no field; of a response, by length 0. */
function announcesBody(fields: readonly Field[]): boolean {
  if (valueOf(fields, 'transfer-encoding') !== undefined) return true;
  const length = valueOf(fields, 'content-length');
  const isRequest = fields.some(({ label }) => label === 'method');
  return length === undefined ? !isRequest : !/^0+$/.test(length);
}
