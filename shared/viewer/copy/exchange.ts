/**
 * The exchanges of a run, each with all that a copy of it needs: a request, its
 * response, the messages after an upgrade. What goes in is a run; what comes out
 * is put together from the units of HTTP/1.1 and HTTP/2 that have an exchange or
 * a stream. Texts of headers have one character for each byte.
 */
import { concat } from '@on-the-wire/wire/bytes.ts';
import {
  codingsOf,
  decodeBody,
} from '@on-the-wire/wire/coding/content-coding.ts';
import { contentWithoutSecrets } from '@on-the-wire/wire/masking/body.ts';
import { readStartAndHeaders } from '@on-the-wire/wire/http1/header-section.ts';
import { Exchanges, headerFactsOf, type Exchange } from '../exchanges.ts';
import { headerLength, readHeader } from '@on-the-wire/wire/websocket/frame.ts';
import { isUnit, type Line, type RunReader, type UnitLine } from '../source.ts';

/** The name as it was sent, and the value. */
export type HeaderField = readonly [name: string, value: string];

/** A request or a response. */
export interface CopiedMessage {
  headers: HeaderField[];
  trailers: HeaderField[];
  /** Bytes of the start line and headers, or of the frames that carry them. */
  headersSize: number;
  /** Its body without chunks and frames; undefined where some is dropped. */
  body: Uint8Array | undefined;
  /** Its body without its content coding. */
  plain: PlainBody;
}

/** A body as the program at the other end reads it. */
export interface PlainBody {
  bytes: Uint8Array;
  /** Its media type, without parameters; '' if none is said. */
  type: string;
  /** Why a coding is still on it, or some of it is missing. */
  problem: string | undefined;
}

/** A request as curl can send it again. */
export interface CopiedRequest extends CopiedMessage {
  method: string;
  /** As it was sent: `/board?x`, `*`, `http://host/`. */
  target: string;
}

/** The final response. */
export interface CopiedResponse extends CopiedMessage {
  status: number;
  reason: string;
}

/** A message of a WebSocket. */
export interface CopiedWebSocketMessage {
  /** The number of its line. */
  n: number;
  isUp: boolean;
  /** ms of the run. */
  time: number;
  /** 1 for text, 2 for binary. */
  opcode: number;
  bytes: Uint8Array;
}

/** A request with all that belongs to it. */
export interface CopiedExchange {
  /** Its times, its state and its connection. */
  exchange: Exchange;
  /** More of it may come, or might have when the run was saved. */
  isOpen: boolean;
  /** The bytes are those inside TLS. */
  isSecure: boolean;
  /** As a start line has it, also for HTTP/2: `HTTP/2`. */
  version: string;
  /** What the request says; '' if it does not. */
  host: string;
  request: CopiedRequest;
  response: CopiedResponse | undefined;
  messages: CopiedWebSocketMessage[];
}

/** Which lines belong together. */
interface Groups {
  exchanges: Exchanges;
  /** The numbers of the lines of each. */
  linesOf: Map<Exchange, number[]>;
  /** Connections whose bytes are those inside TLS. */
  secure: Set<number>;
  /** Connections that have ended, in one direction or both. */
  ended: Set<number>;
}

/**
 * All exchanges of a run whose request is still kept, in the order in which
 * they began.
 *
 * @param original the same run with its secrets, if it is one without: what is
 *   asterisks there as a whole, because it was compressed, is read from it and
 *   masked as a text
 */
export function* copiedExchanges(
  reader: RunReader,
  original?: RunReader,
): Generator<CopiedExchange> {
  const groups = groupsOf(reader);
  const others = original && groupsOf(original);
  for (const [i, exchange] of groups.exchanges.all.entries()) {
    const copied = readExchange(reader, groups, exchange);
    const other = others?.exchanges.all[i];
    if (other?.start === exchange.start && isReplacedIn(copied))
      restore(copied, readExchange(original!, others!, other));
    yield copied;
  }
}

function isReplacedIn({
  request,
  response,
  messages,
}: CopiedExchange): boolean {
  return (
    isReplaced(request.plain.bytes) ||
    isReplaced(response?.plain.bytes) ||
    messages.some(({ bytes }) => isReplaced(bytes))
  );
}

const ASTERISK = 0x2a;

/** Whether it is nothing but asterisks. */
export function isReplaced(bytes: Uint8Array | undefined): boolean {
  return !!bytes?.length && bytes.every((byte) => byte === ASTERISK);
}

function restore(copied: CopiedExchange, original: CopiedExchange): void {
  restoreBody(copied.request, original.request);
  if (copied.response && original.response)
    restoreBody(copied.response, original.response);
  if (copied.messages.length !== original.messages.length) return;
  if (!hasTextsAlone(original)) return;
  for (const [i, message] of copied.messages.entries()) {
    if (!isReplaced(message.bytes)) continue;
    const { bytes } = original.messages[i]!;
    message.bytes = contentWithoutSecrets({ bytes, type: '' });
  }
}

/**
 * Whether all messages of a WebSocket are texts, each of which is whole: what
 * MQTT says in one may be the password that another announced.
 */
export function hasTextsAlone({ messages }: CopiedExchange): boolean {
  return messages.every(
    ({ opcode, bytes }) => opcode === 1 && !bytes.includes(0),
  );
}

/** Only what was compressed: in anything else the secrets alone are masked. */
function restoreBody(copied: CopiedMessage, original: CopiedMessage): void {
  const { plain, headers } = original;
  if (!isReplaced(copied.plain.bytes) || plain.problem !== undefined) return;
  if (!valueOf(headers, 'content-encoding')) return;
  copied.plain = { ...plain, bytes: contentWithoutSecrets(plain) };
}

/** The exchange that a line belongs to; undefined if it is part of none. */
export function exchangeOf(
  reader: RunReader,
  n: number,
): CopiedExchange | undefined {
  const chosen = reader.line(n);
  if (!chosen) return undefined;
  const groups = groupsOf(reader, chosen.connection);
  for (const [exchange, lines] of groups.linesOf)
    if (lines.includes(n)) return readExchange(reader, groups, exchange);
  return undefined;
}

/** @param only of this connection; without it of all */
function groupsOf(reader: RunReader, only?: number): Groups {
  const exchanges = new Exchanges();
  const linesOf = new Map<Exchange, number[]>();
  const secure = new Set<number>();
  const ended = new Set<number>();
  for (let n = reader.first; n < reader.end; n++) {
    const line = reader.line(n);
    if (!line || (only !== undefined && line.connection !== only)) continue;
    if (isOpenedOverTls(line)) secure.add(line.connection);
    if (line.kind === 'end') ended.add(line.connection);
    exchanges.add([line]);
    const exchange = exchanges.of(line);
    if (!exchange) continue;
    const lines = linesOf.get(exchange);
    if (lines) lines.push(n);
    else linesOf.set(exchange, [n]);
  }
  return { exchanges, linesOf, secure, ended };
}

/** These words are those of `LiveUnits` and `SavedRun`. */
function isOpenedOverTls({ kind, summary }: Line): boolean {
  return kind === 'open' && /, over TLS(?:,|$)/.test(summary);
}

/** Collects what came of one message. */
class Collected {
  readonly headers: HeaderField[] = [];
  readonly trailers: HeaderField[] = [];
  start: [string, string, string] | undefined;
  headersSize = 0;
  /** The number of the line that tells the body as a whole, if one does. */
  bodyLine: number | undefined;
  #pieces: Uint8Array[] = [];
  #isDropped = false;

  /** An informational response is not the one that is copied. */
  begin(start: [string, string, string], fields: HeaderField[]): void {
    this.start = start;
    this.headers.splice(0, Infinity, ...fields);
  }

  body(bytes: Uint8Array | undefined): void {
    if (bytes) this.#pieces.push(bytes);
    else this.#isDropped = true;
  }

  take(reader: RunReader): CopiedMessage {
    const { headers, trailers, headersSize } = this;
    const body = this.#isDropped ? undefined : concat(this.#pieces);
    const plain = plainBody(reader, headers, body, this.bodyLine);
    return { headers, trailers, headersSize, body, plain };
  }
}

function readExchange(
  reader: RunReader,
  { exchanges, linesOf, secure, ended }: Groups,
  exchange: Exchange,
): CopiedExchange {
  const { connection, isHttp2 } = exchange;
  const up = new Collected();
  const down = new Collected();
  const messages: CopiedWebSocketMessage[] = [];
  for (const n of linesOf.get(exchange) ?? []) {
    const line = reader.line(n);
    if (!line || !isUnit(line)) continue;
    const side = line.direction === 'up' ? up : down;
    if (line.kind.startsWith('websocket')) {
      const message = webSocketMessage(reader, line);
      if (message) messages.push(message);
    } else if (isHttp2) http2Unit(reader, line, side);
    else http1Unit(reader, line, side);
  }
  const sections = [exchange.request, exchange.response ?? -1];
  const facts = sections.map((n) => headerFactsOf(reader, n));
  exchanges.learn(
    exchange,
    facts.filter((each) => each !== undefined),
  );
  // A run that is saved ends, and with it what is told of an open connection.
  const isOpen =
    exchange.state === 'open' ||
    (exchange.state === 'cut' && !isHttp2 && !ended.has(connection));
  const [method = '', target = '', version = ''] = up.start ?? [];
  return {
    exchange,
    isOpen,
    isSecure: secure.has(connection),
    version,
    host: valueOf(up.headers, isHttp2 ? ':authority' : 'host'),
    request: { ...up.take(reader), method, target },
    response: down.start && {
      ...down.take(reader),
      status: Number(down.start[1]),
      reason: down.start[2],
    },
    messages,
  };
}

/** The value of the first header of a name, in small letters; '' without. */
export function valueOf(headers: readonly HeaderField[], name: string): string {
  return headers.find(([each]) => each.toLowerCase() === name)?.[1] ?? '';
}

const STATUS_LINE = new TextEncoder().encode('HTTP/1.1 200 OK\r\n');

function http1Unit(reader: RunReader, line: UnitLine, side: Collected): void {
  const { n, kind, layer } = line;
  // As a whole it was told in pieces before.
  if (layer > 0) {
    if (kind === 'body') side.bodyLine = n;
    return;
  }
  const bytes = reader.bytes(n);
  switch (kind) {
    case 'http/1.1 request headers':
    case 'http/1.1 response headers': {
      const { start, lines } = readStartAndHeaders(bytes ?? STATUS_LINE);
      side.headersSize += line.size;
      side.begin(
        start,
        lines.map(({ name, value }) => [name, value] as const),
      );
      return;
    }
    case 'body':
      side.bodyLine = n;
      side.body(bytes);
      return;
    case 'body part':
      side.body(bytes);
      return;
    case 'http/1.1 chunk':
      side.body(reader.content(n)?.bytes);
      return;
    case 'http/1.1 last chunk': {
      if (!bytes) return;
      const trailers = bytes.subarray(bytes.indexOf(LF) + 1);
      // Read like headers, which begin with another line.
      const { lines } = readStartAndHeaders(concat([STATUS_LINE, trailers]));
      for (const { name, value } of lines) side.trailers.push([name, value]);
      return;
    }
    default:
  }
}

const LF = 10;

function http2Unit(reader: RunReader, line: UnitLine, side: Collected): void {
  const { n, kind, layer, size } = line;
  if (kind === 'body') side.bodyLine = n;
  const list = reader.headerList(n);
  if (list && kind !== 'http/2 PUSH_PROMISE') {
    side.headersSize += size;
    const fields: HeaderField[] = [];
    for (let i = 0; i + 1 < list.length; i += 2)
      fields.push([list[i]!, list[i + 1]!]);
    const [method, status] = [':method', ':status'].map((name) =>
      valueOf(fields, name),
    );
    if (method) side.begin([method, targetOf(fields), 'HTTP/2'], fields);
    else if (status) side.begin(['HTTP/2', status, ''], fields);
    else side.trailers.push(...fields);
  }
  if (layer === 0 && kind === 'http/2 DATA')
    side.body(reader.content(n)?.bytes);
}

/** CONNECT has no path: RFC 9113, 8.5. */
function targetOf(fields: readonly HeaderField[]): string {
  return valueOf(fields, ':path') || valueOf(fields, ':authority');
}

/** undefined for frames that are no message, or only a part of one. */
function webSocketMessage(
  reader: RunReader,
  { n, direction, time, kind }: UnitLine,
): CopiedWebSocketMessage | undefined {
  const bytes = reader.bytes(n);
  if (!bytes || bytes.length < 2) return undefined;
  const { opcode, isFinal } = readHeader(bytes, headerLength(bytes));
  const isWhole = kind === 'websocket message' || isFinal;
  if (!isWhole || (opcode !== 1 && opcode !== 2)) return undefined;
  const content = reader.content(n)?.bytes ?? new Uint8Array(0);
  return { n, isUp: direction === 'up', time, opcode, bytes: content };
}

/** Takes the content coding off: RFC 9110, 8.4. */
function plainBody(
  reader: RunReader,
  headers: readonly HeaderField[],
  body: Uint8Array | undefined,
  bodyLine: number | undefined,
): PlainBody {
  const type = valueOf(headers, 'content-type').split(';', 1)[0]!.trim();
  if (!body) {
    const problem = 'some of it was dropped from the recording';
    return { bytes: new Uint8Array(0), type, problem };
  }
  const coding = valueOf(headers, 'content-encoding');
  const codings = codingsOf(coding);
  if (codings.length === 0) return { bytes: body, type, problem: undefined };
  if (isReplaced(body)) {
    const problem = 'replaced by asterisks when the run was saved';
    return { bytes: body, type, problem };
  }
  const whole = bodyLine === undefined ? undefined : reader.content(bodyLine);
  if (whole && whole.problem === undefined)
    return { bytes: whole.bytes, type, problem: undefined };
  const plain = decodeBody(body, codings, reader.decompressors);
  const problem =
    plain.problem && `compressed with ${coding}: ${plain.problem}`;
  return { bytes: plain.bytes, type, problem };
}
