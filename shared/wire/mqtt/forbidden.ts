/** What MQTT 3.1.1 forbids in one packet that was kept whole. */
import { PacketReader, packetName, TYPE } from './fields.ts';
import { byteCount, hex, number, quoted } from '../text.ts';
import type { Direction } from '../unit.ts';
import { Utf8Check } from '../utf8-check.ts';

/** The packets that only one side sends: 2.2.1. */
const OF_CLIENT: number[] = [
  TYPE.CONNECT,
  TYPE.SUBSCRIBE,
  TYPE.UNSUBSCRIBE,
  TYPE.PINGREQ,
  TYPE.DISCONNECT,
];
const OF_SERVER: number[] = [
  TYPE.CONNACK,
  TYPE.SUBACK,
  TYPE.UNSUBACK,
  TYPE.PINGRESP,
];

/** Why a packet may not come from this side, 2.2.1; undefined if it may. */
export function senderProblem(
  type: number,
  direction: Direction,
): string | undefined {
  const wrong = direction === 'up' ? OF_SERVER : OF_CLIENT;
  return wrong.includes(type)
    ? `expected no ${packetName(type)} from a ${direction === 'up' ? 'client' : 'server'} (MQTT, 2.2.1)`
    : undefined;
}

/** The flags that are not 0: 2.2.2. */
const FLAGS: Partial<Record<number, number>> = {
  [TYPE.PUBREL]: 2,
  [TYPE.SUBSCRIBE]: 2,
  [TYPE.UNSUBSCRIBE]: 2,
};

/**
 * What is wrong with the four bits beside the type, 2.2.2; undefined if nothing
 * is.
 */
export function flagsProblem(type: number, flags: number): string | undefined {
  if (type === TYPE.PUBLISH) {
    if ((flags & 6) === 6)
      return 'expected QoS 0, 1 or 2, found 3 (MQTT, 3.3.1.2)';
    return (flags & 14) === 8
      ? 'expected no DUP with QoS 0 (MQTT, 3.3.1.1)'
      : undefined;
  }
  const wanted = FLAGS[type] ?? 0;
  return flags === wanted
    ? undefined
    : `expected the flags ${wanted} with this type, found ${flags} (MQTT, 2.2.2)`;
}

/**
 * What is wrong with what stands after the fixed header, all of it; undefined
 * if nothing is.
 */
export function bodyProblem(
  type: number,
  flags: number,
  body: Uint8Array,
): string | undefined {
  const reader = new PacketReader(body, 0);
  switch (type) {
    case TYPE.CONNECT:
      return connectProblem(reader);
    case TYPE.CONNACK:
      return connackProblem(reader) ?? restProblem(reader, '3.2');
    case TYPE.PUBLISH:
      return publishProblem(reader, flags);
    case TYPE.SUBSCRIBE:
    case TYPE.UNSUBSCRIBE:
      return idProblem(reader) ?? filtersProblem(reader, type);
    case TYPE.SUBACK:
      return subackProblem(reader);
    case TYPE.PINGREQ:
      return restProblem(reader, '3.12');
    case TYPE.PINGRESP:
      return restProblem(reader, '3.13');
    case TYPE.DISCONNECT:
      return restProblem(reader, '3.14');
    default:
      return idProblem(reader) ?? restProblem(reader, `3.${type}`);
  }
}

function restProblem(reader: PacketReader, section: string) {
  return reader.rest > 0
    ? `expected the end of the packet, found ${byteCount(reader.rest)} more (MQTT, ${section})`
    : undefined;
}

function idProblem(reader: PacketReader): string | undefined {
  return reader.uint16() === 0
    ? 'expected a packet identifier above 0, found 0 (MQTT, 2.3.1)'
    : undefined;
}

function textProblem(text: Uint8Array): string | undefined {
  const check = new Utf8Check();
  if (check.push(text, 0, text.length) >= 0 || !check.complete)
    return `expected text in UTF-8, found ${hex(text, 8)} (MQTT, 1.5.3)`;
  return text.includes(0)
    ? 'expected text without U+0000, found one (MQTT, 1.5.3)'
    : undefined;
}

function connectProblem(reader: PacketReader): string | undefined {
  reader.block();
  reader.byte();
  const flags = reader.byte();
  reader.uint16();
  const hasWill = (flags & 4) !== 0;
  if (flags & 1) return 'expected 0 as the last flag, found 1 (MQTT, 3.1.2.3)';
  if (!hasWill && flags & 0x18)
    return 'expected no QoS of a will without a will (MQTT, 3.1.2.6)';
  if (!hasWill && flags & 0x20)
    return 'expected no Retain of a will without a will (MQTT, 3.1.2.7)';
  if ((flags & 0x18) === 0x18)
    return 'expected a will of QoS 0, 1 or 2, found 3 (MQTT, 3.1.2.6)';
  if ((flags & 0xc0) === 0x40)
    return 'expected no password without a user name (MQTT, 3.1.2.9)';
  const id = reader.block();
  let problem = textProblem(id);
  if (id.length === 0 && !(flags & 2))
    problem ??=
      'expected a client identifier, or a clean session (MQTT, 3.1.3.1)';
  if (hasWill) {
    problem ??= topicProblem(reader.block());
    reader.block();
  }
  if (flags & 0x80) problem ??= textProblem(reader.block());
  if (flags & 0x40) reader.block();
  if (problem) return problem;
  return reader.rest < 0
    ? 'expected more bytes, as the flags say (MQTT, 3.1.3)'
    : restProblem(reader, '3.1.3');
}

function connackProblem(reader: PacketReader): string | undefined {
  const flags = reader.byte();
  const code = reader.byte();
  if (flags > 1)
    return `expected 0 or 1 as the flags, found ${flags} (MQTT, 3.2.2.1)`;
  if (flags === 1 && code !== 0)
    return 'expected no present session where the client is refused (MQTT, 3.2.2.2)';
  return code > 5
    ? `expected a return code from 0 to 5, found ${code} (MQTT, 3.2.2.3)`
    : undefined;
}

function publishProblem(
  reader: PacketReader,
  flags: number,
): string | undefined {
  const problem = topicProblem(reader.block());
  return problem ?? (flags & 6 ? idProblem(reader) : undefined);
}

/** The name of a topic, not a filter. */
function topicProblem(topic: Uint8Array): string | undefined {
  if (topic.length === 0) return 'expected a topic, found none (MQTT, 4.7.3)';
  const text = new TextDecoder().decode(topic);
  return (
    textProblem(topic) ??
    (/[#+]/.test(text)
      ? `expected a topic without # and +, found ${quoted(text)} (MQTT, 3.3.2.1)`
      : undefined)
  );
}

function filtersProblem(
  reader: PacketReader,
  type: number,
): string | undefined {
  const isSubscribe = type === TYPE.SUBSCRIBE;
  const section = isSubscribe ? '3.8.3' : '3.10.3';
  if (reader.rest === 0)
    return `expected a topic filter, found none (MQTT, ${section})`;
  while (reader.rest > 0) {
    const problem = filterProblem(reader.block());
    const quality = isSubscribe ? reader.byte() : 0;
    if (reader.rest < 0)
      return `expected the rest of a topic filter, the packet ended (MQTT, ${section})`;
    if (problem) return problem;
    if (quality > 2)
      return `expected QoS 0, 1 or 2, found ${quality} (MQTT, ${section})`;
  }
  return undefined;
}

function filterProblem(filter: Uint8Array): string | undefined {
  if (filter.length === 0)
    return 'expected a topic filter, found an empty one (MQTT, 4.7.3)';
  const text = new TextDecoder().decode(filter);
  const levels = text.split('/');
  const isWrong = levels.some(
    (level, at) =>
      (level.length > 1 && /[#+]/.test(level)) ||
      (level === '#' && at < levels.length - 1),
  );
  return (
    textProblem(filter) ??
    (isWrong
      ? `expected + as a level, # as the last one, found ${quoted(text)} (MQTT, 4.7.1)`
      : undefined)
  );
}

function subackProblem(reader: PacketReader): string | undefined {
  const problem = idProblem(reader);
  if (problem) return problem;
  if (reader.rest === 0)
    return 'expected a return code, found none (MQTT, 3.9.3)';
  while (reader.rest > 0) {
    const code = reader.byte();
    if (code > 2 && code !== 0x80)
      return `expected a return code of 0, 1, 2 or 128, found ${number(code)} (MQTT, 3.9.3)`;
  }
  return undefined;
}
