/**
 * MQTT 3.1.1 (OASIS, 29 October 2014), both directions. Left out: see
 * left-out.md.
 *
 * What goes in: the bytes of both directions, from CONNECT on, in the order in
 * which they were recorded; see `byte-cursor.ts`.
 *
 * What comes out: a unit for each packet, when its last byte has come.
 *
 * What a partial packet does: its first `FRAME_LIMIT` bytes are kept. If its
 * type or its length cannot be, the rest of its direction is opaque.
 */
import { ReassemblyBuffer } from '../reassembly-buffer.ts';
import type { ByteCursor } from '../byte-cursor.ts';
import { ByteRanges } from '../byte-ranges.ts';
import { FRAME_LIMIT } from '../limits.ts';
import { bodyProblem, flagsProblem, senderProblem } from './forbidden.ts';
import {
  granted,
  packetDissector,
  packetKind,
  packetName,
  PacketReader,
  RETURN_CODES,
  TYPE,
} from './fields.ts';
import { malformed, SidePair } from '../opaque.ts';
import { byteCount, namedByte, number, shortened, textShown } from '../text.ts';
import {
  connectionDecoder,
  makeUnit,
  plainDissector,
  type ConnectionDecoder,
  type Direction,
  type ProtocolDecoder,
  type Unit,
  type LayerDecoder,
} from '../unit.ts';

/** What both directions know. */
interface Session {
  /** 4 for MQTT 3.1.1, from the client's CONNECT. */
  level: number;
  hasBegun: boolean;
}

class Side implements LayerDecoder {
  readonly direction: Direction;
  /** A packet's end cannot be found: nothing after it can be read. */
  #failed = false;
  #session: Session;
  #header = new ReassemblyBuffer();
  #body = new ReassemblyBuffer();
  #ranges = new ByteRanges();
  #isInBody = false;
  #remaining = 0;
  #length = 0;
  #first = 0;
  #hasPackets = false;
  #hasLeft = false;

  constructor(direction: Direction, session: Session) {
    this.direction = direction;
    this.#session = session;
  }

  push(input: ByteCursor, units: Unit[]): void {
    const { bytes } = input;
    while (input.left > 0 && !this.#failed) {
      if (this.#isInBody) {
        const to = input.upTo(this.#remaining);
        const kept = input.upTo(FRAME_LIMIT - this.#body.length);
        this.#body.append(bytes, input.next, Math.min(to, kept));
        this.#remaining -= to - input.next;
        this.#ranges.read(input, to);
      } else {
        const { next, offset } = input;
        this.#header.append(bytes, next, next + 1);
        this.#ranges.read(input, next + 1);
        this.#readHeader(bytes[next]!, offset, units);
      }
      if (this.#isInBody && this.#remaining === 0) this.#endPacket(units);
    }
  }

  finish(units: Unit[]): void {
    if (!this.#failed && this.#ranges.size > 0)
      this.#fail('expected the rest of a packet, the connection ended', units);
  }

  #fail(problem: string, units: Unit[], offset?: number): void {
    const { direction } = this;
    units.push(malformed({ direction }, this.#ranges, problem, { offset }));
    this.#failed = true;
  }

  /** The type, then 1 to 4 bytes of length: 2.2. */
  #readHeader(byte: number, offset: number, units: Unit[]): void {
    const count = this.#header.length;
    if (count === 1) {
      this.#first = byte;
      this.#length = 0;
      if (packetName(byte >> 4) !== undefined) return;
      this.#fail(
        `expected a packet type from 1 to 14, found ${namedByte(byte)} (MQTT, 2.2.1)`,
        units,
      );
      return;
    }
    this.#length += (byte & 0x7f) * 128 ** (count - 2);
    if (byte >= 0x80) {
      if (count === 5)
        this.#fail(
          'expected a length of at most 4 bytes, found a fifth (MQTT, 2.2.3)',
          units,
          offset,
        );
      return;
    }
    this.#header.take();
    this.#remaining = this.#length;
    this.#isInBody = true;
  }

  #endPacket(units: Unit[]): void {
    this.#isInBody = false;
    const body = this.#body.take();
    const { ranges, size } = this.#ranges.take();
    const type = this.#first >> 4;
    const flags = this.#first & 15;
    const reader = new PacketReader(body, 0);
    if (type === TYPE.CONNECT) this.#session.level = levelOf(body);
    const isKnown = this.#session.level <= 4;
    const about = isKnown
      ? aboutPacket(type, flags, reader)
      : { text: '', isShort: false };
    // Of a long packet only the beginning is kept.
    const isShort = about.isShort && body.length === this.#length;
    const isPublish = type === TYPE.PUBLISH && isKnown;
    const payload = isPublish ? this.#length - reader.at : 0;
    const bytes = byteCount(size);
    const what = isPublish
      ? `${bytes}, ${number(Math.max(0, payload))} of payload`
      : bytes;
    units.push(
      makeUnit({
        direction: this.direction,
        kind: packetKind(type),
        layer: 0,
        ranges,
        size,
        payload: Math.max(0, payload),
        updates: payload > 0 ? 1 : 0,
        text: isPublish ? textShown(body, reader.at) : undefined,
        summary: `${packetName(type)}${about.text}: ${what}`,
        problem: this.#problem(type, flags, isShort, body),
        dissector: isKnown ? packetDissector : plainDissector,
      }),
    );
  }

  #problem(
    type: number,
    flags: number,
    isShort: boolean,
    body: Uint8Array,
  ): string | undefined {
    const { level } = this.#session;
    const order = this.#orderProblem(type);
    if (type === TYPE.CONNECT && level !== 4)
      return `expected protocol level 4 (MQTT 3.1.1), found ${level}: its packets are ${level > 4 ? 'not read' : 'read as if it were 4'}`;
    // A later version is not read, an earlier one was written otherwise.
    if (level > 4) return undefined;
    const problem = order ?? senderProblem(type, this.direction);
    if (problem) return problem;
    if (isShort)
      return `expected more than ${byteCount(this.#length)} in this packet (MQTT, 2.2.3)`;
    const flaw = flagsProblem(type, flags);
    const isWhole = body.length === this.#length;
    if (level < 4 || !isWhole) return flaw;
    return flaw ?? bodyProblem(type, flags, body);
  }

  /** What may not come at this place. */
  #orderProblem(type: number): string | undefined {
    const isFirst = !this.#hasPackets;
    const isAfterEnd = this.#hasLeft;
    this.#hasPackets = true;
    if (type === TYPE.DISCONNECT) this.#hasLeft = true;
    if (isAfterEnd)
      return 'expected nothing more after DISCONNECT (MQTT, 3.14.4)';
    if (type === TYPE.CONNECT) {
      const isSecond = this.#session.hasBegun;
      this.#session.hasBegun = true;
      return isSecond ? 'expected CONNECT once (MQTT, 3.1)' : undefined;
    }
    const isResponse = this.direction === 'down' && this.#session.hasBegun;
    return isFirst && isResponse && type !== TYPE.CONNACK
      ? `expected CONNACK as the first packet, found ${packetName(type)} (MQTT, 3.2)`
      : undefined;
  }
}

function levelOf(body: Uint8Array): number {
  const reader = new PacketReader(body, 0);
  reader.block();
  return reader.byte();
}

/** What stands after the packet's name; the reader stops at the payload. */
function aboutPacket(
  type: number,
  flags: number,
  reader: PacketReader,
): { text: string; isShort: boolean } {
  const parts: string[] = [];
  if (type === TYPE.CONNECT) {
    reader.block();
    reader.at += 2;
    const seconds = reader.uint16();
    parts.push(`client “${shortened(reader.text(), 40)}”`);
    parts.push(`keep alive ${seconds} s`);
  } else if (type === TYPE.CONNACK) {
    reader.byte();
    parts.push(RETURN_CODES[reader.byte()] ?? 'refused');
  } else if (type === TYPE.PUBLISH) {
    parts.push(shortened(reader.text()));
    const qos = (flags >> 1) & 3;
    if (qos > 0) parts.push(`QoS ${qos}`, `id ${reader.uint16()}`);
    if (flags & 8) parts.push('sent again');
    if (flags & 1) parts.push('retained');
  } else if (type >= TYPE.PUBACK && type <= TYPE.UNSUBACK) {
    parts.push(`id ${reader.uint16()}`, ...aboutTopics(type, reader));
  }
  const isShort = reader.at > reader.bytes.length;
  return { text: parts.map((part) => `, ${part}`).join(''), isShort };
}

function aboutTopics(type: number, reader: PacketReader): string[] {
  if (reader.rest <= 0) return [];
  if (type === TYPE.SUBACK) {
    const first = granted(reader.byte());
    return reader.rest > 0 ? [first, '…'] : [first];
  }
  if (type !== TYPE.SUBSCRIBE && type !== TYPE.UNSUBSCRIBE) return [];
  const filter = shortened(reader.text(), 40);
  if (type === TYPE.SUBSCRIBE) reader.byte();
  return reader.rest > 0 ? [filter, '…'] : [filter];
}

/** Both directions of an MQTT connection, from CONNECT on. */
export function mqtt(): ProtocolDecoder {
  const session: Session = { level: 4, hasBegun: false };
  return new SidePair(new Side('up', session), new Side('down', session));
}

/** Decodes an MQTT connection. */
export function mqttDecoder(): ConnectionDecoder {
  return connectionDecoder(mqtt());
}
