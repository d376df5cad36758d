/**
 * Masks the secrets in MQTT, 3.1, 3.1.1 and 5, in place: user name, password,
 * authentication data, and what has a secret's name in a will, a message or a
 * property. A packet that cannot be read becomes asterisks behind its length.
 */
import { coverWhole, type BothWays } from './bytes.ts';
import { maskCutEnd, maskText } from './text.ts';
import { isSecretName } from './secrets.ts';
import { latin1 } from '../text.ts';

const CONNECT = 1;
const PUBLISH = 3;
const AUTH = 15;
/** How many bytes of a packet of MQTT 5 come before its properties. */
const BEFORE_PROPERTIES: Partial<Record<number, number>> = {
  2: 2, // CONNACK
  4: 3, // PUBACK, PUBREC, PUBREL, PUBCOMP
  5: 3,
  6: 3,
  7: 3,
  8: 2, // SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK
  9: 2,
  10: 2,
  11: 2,
  14: 1, // DISCONNECT, AUTH
  15: 1,
};

/**
 * Whether they begin with CONNECT: its type, a length, the protocol's name.
 */
export function startsMqtt(bytes: Uint8Array): boolean {
  if (bytes[0] !== CONNECT << 4) return false;
  let at = 1;
  while (at < 5 && (bytes[at] ?? 0) >= 0x80) at++;
  const name = latin1(bytes, at + 1, Math.min(bytes.length, at + 9));
  return name.startsWith('\0\x04MQTT') || name === '\0\x06MQIsdp';
}

/** Masks both directions, in place, from their first byte on. */
export function maskMqtt(bytes: BothWays): void {
  if (!startsMqtt(bytes.up)) {
    // Which version it is, is not known.
    coverWhole(bytes.up, [[0, bytes.up.length]]);
    coverWhole(bytes.down, [[0, bytes.down.length]]);
    return;
  }
  const session = { level: 4 };
  maskPackets(bytes.up, session);
  maskPackets(bytes.down, session);
}

interface Session {
  /** 5 for MQTT 5, from the client's CONNECT. */
  level: number;
}

function maskPackets(bytes: Uint8Array, session: Session): void {
  let at = 0;
  while (at < bytes.length) {
    const type = bytes[at]! >> 4;
    const flags = bytes[at]! & 15;
    const length = new Reader(bytes, at + 1, Math.min(bytes.length, at + 5));
    const size = length.number();
    const from = length.at;
    const isPacket = type > 0 && (type < AUTH || session.level >= 5);
    if (length.isOver || !isPacket) {
      coverWhole(bytes, [[at, bytes.length]]);
      return;
    }
    const to = Math.min(bytes.length, from + size);
    const reader = new Reader(bytes, from, to);
    maskPacket(reader, type, flags, session);
    if (reader.isOver) coverWhole(bytes, [[from, to]]);
    if (to < from + size) maskCutEnd(bytes, from, to);
    at = from + size;
  }
}

function maskPacket(
  reader: Reader,
  type: number,
  flags: number,
  session: Session,
): void {
  if (type === CONNECT) {
    maskConnect(reader, session);
    return;
  }
  const isFive = session.level >= 5;
  if (type === PUBLISH) {
    maskText(reader.bytes, 'text', ...reader.block());
    if (flags & 6) reader.skip(2);
    if (isFive) maskProperties(reader);
  } else if (isFive) {
    const before = BEFORE_PROPERTIES[type];
    // Without properties, a packet may end before them.
    if (before === undefined || reader.rest <= before) return;
    reader.skip(before);
    maskProperties(reader);
  }
  maskText(reader.bytes, 'text', reader.at, reader.to);
}

function maskConnect(reader: Reader, session: Session): void {
  reader.block();
  session.level = reader.byte();
  const flags = reader.byte();
  reader.skip(2);
  const isFive = session.level >= 5;
  if (isFive) maskProperties(reader);
  // The client's name, the topic of its will, and the will.
  maskText(reader.bytes, 'text', ...reader.block());
  if (flags & 0x04) {
    if (isFive) maskProperties(reader);
    maskText(reader.bytes, 'text', ...reader.block());
    maskText(reader.bytes, 'text', ...reader.block());
  }
  if (flags & 0x80) coverWhole(reader.bytes, [reader.block()]);
  if (flags & 0x40) coverWhole(reader.bytes, [reader.block()]);
}

const AUTHENTICATION_DATA = 0x16;
const USER_PROPERTY = 0x26;

/** MQTT 5, 2.2.2: how long a property is that has a fixed length. */
const SIZES: Partial<Record<number, number>> = {
  0x01: 1,
  0x02: 4,
  0x11: 4,
  0x13: 2,
  0x17: 1,
  0x18: 4,
  0x19: 1,
  0x21: 2,
  0x22: 2,
  0x23: 2,
  0x24: 1,
  0x25: 1,
  0x27: 4,
  0x28: 1,
  0x29: 1,
  0x2a: 1,
};
const TEXTS = [0x03, 0x08, 0x09, 0x12, 0x15, 0x1a, 0x1c, 0x1f];
const SUBSCRIPTION_IDENTIFIER = 0x0b;

function maskProperties(reader: Reader): void {
  const end = reader.number() + reader.at;
  if (end > reader.to) reader.fail();
  while (!reader.isOver && reader.at < end) {
    const property = reader.byte();
    const size = SIZES[property];
    if (size !== undefined) reader.skip(size);
    else if (property === SUBSCRIPTION_IDENTIFIER) reader.number();
    else if (property === AUTHENTICATION_DATA)
      coverWhole(reader.bytes, [reader.block()]);
    else if (property === USER_PROPERTY) {
      const name = latin1(reader.bytes, ...reader.block());
      const value = reader.block();
      if (isSecretName(name)) coverWhole(reader.bytes, [value]);
      else maskText(reader.bytes, 'text', ...value);
    } else if (TEXTS.includes(property)) {
      maskText(reader.bytes, 'text', ...reader.block());
    } else reader.fail();
  }
}

/** Reads a packet; `isOver` once more was asked for than is there. */
class Reader {
  readonly bytes: Uint8Array;
  readonly to: number;
  at: number;
  isOver = false;

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.bytes = bytes;
    this.at = from;
    this.to = to;
  }

  get rest(): number {
    return this.to - this.at;
  }

  fail(): void {
    this.isOver = true;
    this.at = this.to;
  }

  skip(count: number): void {
    if (count > this.rest) this.fail();
    else this.at += count;
  }

  byte(): number {
    const at = this.at;
    this.skip(1);
    return this.isOver ? 0 : this.bytes[at]!;
  }

  /** 1 to 4 bytes, 7 bits in each. */
  number(): number {
    let value = 0;
    for (let factor = 1; factor <= 128 ** 3; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    this.fail();
    return 0;
  }

  /** Two bytes of length, then so many; where they are. */
  block(): [from: number, to: number] {
    const length = this.byte() * 256 + this.byte();
    const from = this.at;
    this.skip(length);
    return [from, this.at];
  }
}
