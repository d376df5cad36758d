/**
 * TLS where plain text was expected, and the other way round: the commonest
 * mistake of all. What is encrypted stays so; but the first record of a client
 * is not, nor is what a server says that finds no TLS: RFC 8446, 4.1.2, 5.1, 6.
 *
 * What goes in: the bytes of a connection that begins with a ClientHello; see
 * `byte-cursor.ts`. What comes out: a unit for that, when its record is
 * complete or the connection ends; all else is opaque.
 */
import { ReassemblyBuffer } from '../reassembly-buffer.ts';
import type { ByteCursor } from '../byte-cursor.ts';
import type { Body } from '../http1/body.ts';
import { OpaquePair } from '../opaque.ts';
import { byteCount, latin1, utf8 } from '../text.ts';
import { makeUnit, type Direction, type Unit } from '../unit.ts';
import type { FieldDissector } from '../fields.ts';

const HANDSHAKE = 22;
const ALERT = 21;
const CLIENT_HELLO = 1;
/** Of a record: its type, a version, the length of what follows. */
const HEADER = 5;

/**
 * Whether a client's first bytes are a ClientHello, RFC 8446, 4.1.2 and 5.1;
 * `perhaps` while there are too few.
 */
export function startsHello(bytes: Uint8Array): 'yes' | 'no' | 'perhaps' {
  const wanted = [HANDSHAKE, 3, undefined, undefined, undefined, CLIENT_HELLO];
  const isWrong = wanted.some(
    (byte, i) => byte !== undefined && i < bytes.length && bytes[i] !== byte,
  );
  if (isWrong) return 'no';
  return bytes.length >= wanted.length ? 'yes' : 'perhaps';
}

/**
 * A connection that a client began with a ClientHello: that is told, and all
 * else is opaque.
 */
export class EncryptedPair extends OpaquePair {
  #record = new ReassemblyBuffer();
  #isEmitted = false;

  override push(direction: Direction, input: ByteCursor, units: Unit[]): void {
    if (direction === 'up') this.#hello(input, units);
    if (input.left > 0) super.push(direction, input, units);
  }

  /** Takes what belongs to the first record. */
  #hello(input: ByteCursor, units: Unit[]): void {
    while (!this.#isEmitted && input.left > 0) {
      this.#record.read(input, input.upTo(this.#missing()));
      if (this.#missing() === 0) this.#emit(units);
    }
  }

  override finish(direction: Direction, units: Unit[]): void {
    if (direction === 'up' && this.#record.length > 0) this.#emit(units);
  }

  /** How many bytes are not here, as far as that is known. */
  #missing(): number {
    const bytes = this.#record.peek();
    if (bytes.length < HEADER) return HEADER - bytes.length;
    return HEADER + bytes[3]! * 256 + bytes[4]! - bytes.length;
  }

  #emit(units: Unit[]): void {
    this.#isEmitted = true;
    const name = serverName(this.#record.take());
    const { ranges, size } = this.#record.ranges.take();
    const of = name ? ` for ${name.value}` : '';
    units.push(
      makeUnit({
        direction: 'up',
        kind: 'bytes',
        layer: 0,
        ranges,
        size,
        payload: 0,
        summary: `TLS ClientHello${of}: ${byteCount(size)}`,
        problem: `the client began a TLS handshake (https:)${of}, and only plain text is decoded here: open it with http:, or give the tap https: if the server speaks TLS`,
        dissector: helloDissector,
      }),
    );
  }
}

const helloDissector: FieldDissector = {
  dissect(list) {
    const { bytes } = list;
    const length = bytes[3]! * 256 + bytes[4]!;
    list.add('type', [0, 1], HANDSHAKE, [
      'a record of the handshake',
      'RFC 8446, 5.1',
    ]);
    list.add('version', [1, 3], 'TLS', [
      'ignored: kept only for compatibility',
      'RFC 8446, 5.1',
    ]);
    list.add('length', [3, 5], length, [
      'so many bytes follow',
      'RFC 8446, 5.1',
    ]);
    list.add('message', [5, 6], 'ClientHello', [
      'the client begins',
      'RFC 8446, 4.1.2',
    ]);
    const name = serverName(bytes);
    if (name)
      list.add('server name', [name.start, name.end], name.value, [
        'the server that the client wants, for anybody to read (SNI)',
        'RFC 6066, 3',
      ]);
  },
};

/** Reads numbers; beyond the end all are 0. */
class Reader {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** @param size how many bytes the number has */
  number(size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++)
      value = value * 256 + (this.#bytes[this.at++] ?? 0);
    return value;
  }

  /** @param size of the length before what is passed over */
  pass(size: number): void {
    const length = this.number(size);
    this.at += length;
  }
}

/** The name in a ClientHello, and where it stands; undefined without one. */
function serverName(
  record: Uint8Array,
): { value: string; start: number; end: number } | undefined {
  // Behind the header, the message's type and length, a version and 32 bytes.
  const reader = new Reader(record, HEADER + 4 + 2 + 32);
  reader.pass(1); // session
  reader.pass(2); // cipher suites
  reader.pass(1); // compression methods
  reader.number(2);
  while (reader.at < record.length) {
    const extension = reader.number(2);
    if (extension !== 0) {
      reader.pass(2);
      continue;
    }
    // The lengths of the extension and of its list; the type of the name.
    reader.number(5);
    const length = reader.number(2);
    const [start, end] = [reader.at, reader.at + length];
    const value = latin1(record, start, end);
    return /^[\w.-]{1,253}$/.test(value) && end <= record.length
      ? { value, start, end }
      : undefined;
  }
  return undefined;
}

/** RFC 8446, 6, and those that only older versions have. */
const ALERTS: Record<number, string> = {
  10: 'unexpected_message',
  22: 'record_overflow',
  40: 'handshake_failure',
  47: 'illegal_parameter',
  50: 'decode_error',
  70: 'protocol_version',
  80: 'internal_error',
  112: 'unrecognized_name',
};

/**
 * What is wrong where an HTTP response begins with a TLS alert; undefined where
 * it does not.
 */
export function alertInsteadOfResponse(bytes: Uint8Array): string | undefined {
  if (bytes[0] !== ALERT || bytes[1] !== 3) return undefined;
  const alert = bytes[6] === undefined ? undefined : ALERTS[bytes[6]];
  return `expected a response, found a TLS alert${alert ? ` (${alert})` : ''}: ${SPEAKS_TLS}`;
}

const SPEAKS_TLS =
  'the server speaks TLS here and got plain text. Give the tap https: instead of http:';

/** How nginx, Go and Apache say it, in the body of a 400. */
const IN_WORDS =
  /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server|plain HTTP to an SSL-enabled server port/;
/** As much of such a body is looked at. */
const LOOKED_AT = 2_048;

/** The body of a 400: tells if it says that the server expected TLS. */
export class BodyOf400 implements Body {
  readonly #body: Body;
  readonly #start = new ReassemblyBuffer();

  constructor(body: Body) {
    this.#body = body;
  }

  get done(): boolean {
    return this.#body.done;
  }

  get failed(): boolean {
    return this.#body.failed;
  }

  push(input: ByteCursor, units: Unit[]): void {
    const before = units.length;
    const from = input.next;
    this.#body.push(input, units);
    const to = Math.min(input.next, from + LOOKED_AT - this.#start.length);
    this.#start.append(input.bytes, from, to);
    this.#look(before, units);
  }

  finish(units: Unit[]): void {
    const before = units.length;
    this.#body.finish(units);
    this.#look(before, units);
  }

  #look(from: number, units: Unit[]): void {
    for (let i = from; i < units.length; i++) {
      const unit = units[i]!;
      if (unit.kind !== 'body' || unit.problem !== undefined) continue;
      if (IN_WORDS.test(utf8(this.#start.peek())))
        units[i] = makeUnit({ ...unit, problem: SPEAKS_TLS });
    }
  }
}
