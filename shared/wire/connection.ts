/**
 * A connection from its first byte: finds out what is spoken, and decodes it.
 *
 * What goes in: the bytes of both directions, in the order in which they were
 * recorded, in any pieces. What comes out: the units of the protocol that was
 * found. What too few bytes do: they are held, up to `HELD_LIMIT`, until they
 * show the protocol, or cannot be any that is known; then they are opaque.
 */
import { ReassemblyBuffer } from './reassembly-buffer.ts';
import { ByteCursor } from './byte-cursor.ts';
import type { Decompressors } from './fields.ts';
import { KNOWN_METHODS } from './http1/forbidden.ts';
import { Http1 } from './http1/decoder.ts';
import { Http2, PREFACE } from './http2/decoder.ts';
import { HELD_LIMIT } from './limits.ts';
import { mqtt } from './mqtt/decoder.ts';
import { OpaquePair } from './opaque.ts';
import { delimited, type Delimiter } from './tcp/decoder.ts';
import { latin1 } from './text.ts';
import { EncryptedPair, startsHello } from './tls/hello.ts';
import {
  connectionDecoder,
  type ConnectionDecoder,
  type Direction,
  type ProtocolDecoder,
  type Unit,
} from './unit.ts';

/** What is spoken; `bytes`: nothing that is decoded here. */
export type Protocol = 'http/1.1' | 'http/2' | 'mqtt' | 'bytes' | Delimiter;

/** What is known of a connection before its first byte. */
export interface ConnectionOptions {
  /** What TLS negotiated: `h2` or `http/1.1`; undefined or '' without it. */
  alpn?: string | undefined;
  /** What the lesson says; without it the first bytes tell. */
  protocol?: Protocol | undefined;
  /**
   * How many of the first bytes are not there any more. What follows cannot be
   * decoded, but is shown with the right offsets.
   */
  missing?: { up: number; down: number } | undefined;
  /** For content codings other than gzip and deflate. */
  decompressors?: Decompressors | undefined;
}

/** What the first bytes show: also what is not read. */
type Found = Protocol | 'tls';

function makeProtocol(
  protocol: Found,
  decompressors: Decompressors | undefined,
): ProtocolDecoder {
  if (protocol === 'http/1.1') return new Http1(decompressors);
  if (protocol === 'http/2') return new Http2(decompressors);
  if (protocol === 'mqtt') return mqtt();
  if (protocol === 'bytes') return new OpaquePair();
  if (protocol === 'tls') return new EncryptedPair();
  return delimited(protocol);
}

const CR = 13;
const LF = 10;
/** So many line ends may come before a request, as some clients send one. */
const MOST_BLANK = 32;
/** A request line with an unknown method must be complete within so much. */
const MOST_LINE = 8_192;

type Match = 'yes' | 'no' | 'perhaps';

function startsWith(bytes: Uint8Array, text: string): Match {
  const length = Math.min(bytes.length, text.length);
  for (let i = 0; i < length; i++) {
    if (bytes[i] !== text.charCodeAt(i)) return 'no';
  }
  return length === text.length ? 'yes' : 'perhaps';
}

/** CONNECT of MQTT: its type, a length, and the name of the protocol. */
function startsMqtt(bytes: Uint8Array): Match {
  if (bytes.length === 0) return 'perhaps';
  if (bytes[0] !== 0x10) return 'no';
  let at = 1;
  while (at < 5 && (bytes[at] ?? 0) >= 0x80) at++;
  if (at >= bytes.length) return 'perhaps';
  const rest = bytes.subarray(at + 1);
  const now = startsWith(rest, '\0\x04MQTT');
  // MQTT 3.1, older than the standard.
  return now === 'no' ? startsWith(rest, '\0\x06MQIsdp') : now;
}

const KNOWN = /^(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH)[ \t]/;
const METHOD = /^[A-Z][A-Z-]{0,31}(?: |$)/;

/** In small letters, or after a space: HTTP, but not as a server takes it. */
function startsMisspelt(line: string): Match {
  const text = line
    .slice(0, 16)
    .replace(/^[ \t]/, '')
    .toUpperCase();
  let found: Match = 'no';
  for (const method of KNOWN_METHODS) {
    const wanted = `${method} /`;
    if (text.startsWith(wanted)) return 'yes';
    if (wanted.startsWith(text)) found = 'perhaps';
  }
  return found;
}

/**
 * A request line. One with a well-known method is HTTP even if it is wrong;
 * any other word must be followed by a version, as many protocols have some.
 */
function startsHttp1(bytes: Uint8Array): Match {
  let from = 0;
  while (from < bytes.length && (bytes[from] === CR || bytes[from] === LF))
    from++;
  if (from > MOST_BLANK) return 'no';
  const end = bytes.indexOf(LF, from);
  const line = latin1(bytes.subarray(from, from + MOST_LINE));
  const text = end < 0 ? line : line.slice(0, end - from);
  if (text === '') return 'perhaps';
  if (KNOWN.test(text)) return 'yes';
  const misspelt = startsMisspelt(text);
  if (misspelt === 'yes') return 'yes';
  if (misspelt === 'perhaps' && end < 0) return 'perhaps';
  if (!METHOD.test(text) || text.length === MOST_LINE) return 'no';
  if (end < 0) return 'perhaps';
  return / HTTP\/1\.[0-9]\r?$/.test(text) ? 'yes' : 'no';
}

const PREFACE_LINE = 'PRI * HTTP/2.0\r\n'.length;

/**
 * What the client's first bytes are; undefined while it is open.
 * @param bytes all of them so far
 */
export function protocolUp(bytes: Uint8Array): Found | undefined {
  const candidates: [Found, Match][] = [
    // A preface that goes on in another way is told by where it does.
    ['http/2', startsWith(bytes, PREFACE.slice(0, PREFACE_LINE))],
    ['mqtt', startsMqtt(bytes)],
    ['tls', startsHello(bytes)],
    ['http/1.1', startsHttp1(bytes)],
  ];
  // "PRI " begins both HTTP/2 and, in form, a request of HTTP/1.1.
  const open = candidates.find(([, match]) => match !== 'no');
  if (!open) return 'bytes';
  return open[1] === 'yes' ? open[0] : undefined;
}

/** An empty or small SETTINGS frame, as an HTTP/2 server begins with. */
function startsSettings(bytes: Uint8Array): Match {
  const wanted = [0, undefined, undefined, 4, 0, 0, 0, 0, 0];
  const isWrong = wanted.some(
    (byte, i) => byte !== undefined && i < bytes.length && bytes[i] !== byte,
  );
  if (isWrong) return 'no';
  return bytes.length >= wanted.length ? 'yes' : 'perhaps';
}

/** What a server that speaks first says; undefined while it is open. */
function protocolDown(bytes: Uint8Array): Protocol | undefined {
  const candidates: [Protocol, Match][] = [
    ['http/1.1', startsWith(bytes, 'HTTP/1.')],
    ['http/2', startsSettings(bytes)],
  ];
  const open = candidates.find(([, match]) => match !== 'no');
  if (!open) return 'bytes';
  return open[1] === 'yes' ? open[0] : undefined;
}

/** Holds the first bytes until they tell what they are. */
class Detector implements ProtocolDecoder {
  #found: ProtocolDecoder | undefined;
  #first: [Direction, ReassemblyBuffer][] = [];
  #held = { up: new ReassemblyBuffer(), down: new ReassemblyBuffer() };

  readonly #decompressors: Decompressors | undefined;

  constructor(protocol: Protocol | undefined, decompressors?: Decompressors) {
    this.#decompressors = decompressors;
    if (protocol) this.#found = makeProtocol(protocol, decompressors);
  }

  push(direction: Direction, input: ByteCursor, units: Unit[]): void {
    if (!this.#found) {
      // Decided by as many bytes as are held, wherever they were cut.
      this.#hold(direction, input);
      const known = this.#decide() ?? (input.left > 0 && 'bytes');
      if (!known) return;
      this.#release(known, units);
    }
    if (input.left > 0) this.#found!.push(direction, input, units);
  }

  finish(direction: Direction, units: Unit[]): void {
    const isSilent = this.#held.up.length + this.#held.down.length === 0;
    if (!this.#found && !isSilent) this.#release('bytes', units);
    this.#found?.finish(direction, units);
  }

  /** Leaves what would be too much. */
  #hold(direction: Direction, input: ByteCursor): void {
    const room = HELD_LIMIT - this.#held.up.length - this.#held.down.length;
    const to = input.upTo(room);
    this.#held[direction].append(input.bytes, input.next, to);
    // What came first must be decoded first.
    let last = this.#first.at(-1);
    if (last?.[0] !== direction) {
      last = [direction, new ReassemblyBuffer()];
      this.#first.push(last);
    }
    last[1].read(input, to);
  }

  #decide(): Found | undefined {
    const { up, down } = this.#held;
    // No server that is known here responds to half a line.
    const isAnswered = this.#first.length > 1 && this.#first[0]![0] === 'up';
    if (isAnswered && protocolDown(down.peek()) === 'bytes') return 'bytes';
    if (this.#first[0]![0] === 'down') {
      // Of the protocols known here only HTTP/2 lets the server speak first.
      const byServer = protocolDown(down.peek());
      if (byServer || up.length === 0) return byServer;
    }
    return protocolUp(up.peek());
  }

  #release(protocol: Found, units: Unit[]): void {
    const found = makeProtocol(protocol, this.#decompressors);
    this.#found = found;
    for (const [direction, held] of this.#first) {
      const [range] = held.ranges.take().ranges;
      const input = new ByteCursor(held.take(), range?.[0]);
      found.push(direction, input, units);
    }
    this.#first = [];
    this.#held = { up: new ReassemblyBuffer(), down: new ReassemblyBuffer() };
  }
}

/**
 * Decodes a connection. Fed in the order of recording, in any pieces; the
 * protocol is the one given, the one that ALPN chose, or the one that the
 * first bytes show.
 */
export function decodeConnection(
  options: ConnectionOptions = {},
): ConnectionDecoder {
  const { alpn, missing, protocol, decompressors } = options;
  if (missing && missing.up + missing.down > 0)
    return connectionDecoder(new Detector('bytes'), missing);
  const byAlpn = { h2: 'http/2', 'http/1.1': 'http/1.1' } as const;
  const negotiated = byAlpn[alpn as keyof typeof byAlpn];
  return connectionDecoder(new Detector(protocol ?? negotiated, decompressors));
}
