/** The fields of MQTT 3.1.1 packets, OASIS standard, chapters 2 and 3. */
import type { FieldList, FieldDissector } from '../fields.ts';
import { byteCount, hex, number, utf8 } from '../text.ts';
import type { Kind } from '../unit.ts';

/** Chapter 2.2.1; the place in the list is the type's number. */
export const TYPES: (readonly [
  name: string,
  meaning: string,
  section: string,
])[] = [
  ['', '', ''],
  ['CONNECT', 'the client requests a connection', '3.1'],
  ['CONNACK', 'the server accepts the connection, or refuses it', '3.2'],
  ['PUBLISH', 'a message for a topic', '3.3'],
  ['PUBACK', 'acknowledges a PUBLISH of QoS 1', '3.4'],
  [
    'PUBREC',
    'the PUBLISH has arrived (second of four packets of QoS 2)',
    '3.5',
  ],
  [
    'PUBREL',
    'the sender keeps the message no more (third of four packets of QoS 2)',
    '3.6',
  ],
  ['PUBCOMP', 'all is done (last of four packets of QoS 2)', '3.7'],
  ['SUBSCRIBE', 'send me what is published to these topics', '3.8'],
  ['SUBACK', 'acknowledges a SUBSCRIBE: a return code for each filter', '3.9'],
  ['UNSUBSCRIBE', 'send me no more of these topics', '3.10'],
  ['UNSUBACK', 'acknowledges an UNSUBSCRIBE', '3.11'],
  ['PINGREQ', 'are you there?', '3.12'],
  ['PINGRESP', 'yes', '3.13'],
  [
    'DISCONNECT',
    'the client ends the connection: its will is not published',
    '3.14',
  ],
];

/** The types of packets, 2.2.1. */
export const TYPE = {
  CONNECT: 1,
  CONNACK: 2,
  PUBLISH: 3,
  PUBACK: 4,
  PUBREL: 6,
  SUBSCRIBE: 8,
  SUBACK: 9,
  UNSUBSCRIBE: 10,
  UNSUBACK: 11,
  PINGREQ: 12,
  PINGRESP: 13,
  DISCONNECT: 14,
} as const;

/** `PUBLISH`; undefined for the types 0 and 15, which are reserved. */
export function packetName(type: number): string | undefined {
  return TYPES[type]?.[0] || undefined;
}

/** The kind of the unit of such a packet; its type has a name. */
export function packetKind(type: number): Kind {
  return `mqtt ${TYPES[type]![0]}` as Kind;
}

/** What a CONNACK says, table 3.1. */
export const RETURN_CODES = [
  'accepted',
  'refused: this version of the protocol is not spoken',
  'refused: this client identifier is not allowed',
  'refused: the service is not available',
  'refused: bad user name or password',
  'refused: not authorized',
];

/** What a SUBACK says of one filter, 3.9.3. */
export function granted(code: number): string {
  return code === 0x80 ? 'refused' : `QoS ${code}`;
}

/** By direction and bit: a server sets it for another reason, 3.3.1.3. */
const RETAIN = {
  up: [
    'the server does not keep it',
    'the server keeps it for later subscribers; an empty one deletes what was kept',
  ],
  down: [
    'published after this client had subscribed',
    'a retained message: published before this client subscribed',
  ],
} as const;

const QUALITIES = [
  'at most once: it may be lost',
  'at least once: it may come more than once',
  'exactly once',
  'not allowed',
];

/** Reads the parts of a packet one after the other; never beyond its end. */
export class PacketReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  get rest(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  uint16(): number {
    return this.byte() * 256 + this.byte();
  }

  /** Two bytes of length, then so many bytes; 1.5.3. */
  block(): Uint8Array {
    const length = this.uint16();
    const from = this.at;
    // Beyond the end of a packet that is too short.
    this.at = from + length;
    return this.bytes.subarray(from, this.at);
  }

  text(): string {
    return utf8(this.block());
  }
}

/** Lists what a reader takes, with the place where it was. */
class Lister {
  readonly list: FieldList;
  readonly reader: PacketReader;

  constructor(list: FieldList, from: number) {
    this.list = list;
    this.reader = new PacketReader(list.bytes, from);
  }

  take(
    label: string,
    read: (reader: PacketReader) => string | number,
    meaning: string,
    section: string,
  ): void {
    if (this.reader.rest <= 0) return;
    const from = this.reader.at;
    const value = read(this.reader);
    const to = Math.min(this.reader.at, this.list.bytes.length);
    this.list.add(label, [from, to], value, [meaning, `MQTT, ${section}`]);
  }

  identifier(section: string): void {
    const meaning = 'the same in the packets that belong together';
    this.take('packet identifier', (r) => r.uint16(), meaning, section);
  }
}

/**
 * The remaining length that begins at the index `from`, 2.2.3; as far as it is
 * there.
 * @returns its value, in bytes, and the index behind it
 */
export function readLength(
  bytes: Uint8Array,
  from: number,
): { length: number; next: number } {
  let length = 0;
  let next = from;
  for (let factor = 1; next < bytes.length; factor *= 128) {
    const byte = bytes[next++]!;
    length += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  return { length, next };
}

function listHeader(list: FieldList): { type: number; from: number } {
  const first = list.bytes[0]!;
  const type = first >> 4;
  const flags = first & 15;
  const [name, meaning, section] = TYPES[type] ?? ['reserved', '', '2.2.1'];
  list.add('type', [0, 1], `${type} ${name}`, [meaning, `MQTT, ${section}`]);
  if (type === TYPE.PUBLISH) {
    const qos = (flags >> 1) & 3;
    const dup = flags >> 3;
    list.add('DUP', [0, 1], dup, [
      dup
        ? 'sent again: an earlier one may have arrived'
        : 'sent for the first time',
      'MQTT, 3.3.1.1',
    ]);
    list.add('QoS', [0, 1], qos, [QUALITIES[qos]!, 'MQTT, 3.3.1.2']);
    const retain = flags & 1;
    list.add('RETAIN', [0, 1], retain, [
      RETAIN[list.unit.direction][retain]!,
      'MQTT, 3.3.1.3',
    ]);
  } else {
    const bits = flags.toString(2).padStart(4, '0');
    list.add('flags', [0, 1], bits, ['fixed for this type', 'MQTT, 2.2.2']);
  }
  const { length, next } = readLength(list.bytes, 1);
  list.add('remaining length', [1, next], number(length), [
    'bytes that follow; each byte of this number holds 7 bits of it',
    'MQTT, 2.2.3',
  ]);
  return { type, from: next };
}

function listConnect(lister: Lister): void {
  lister.take('protocol', (r) => r.text(), 'always MQTT', '3.1.2.1');
  lister.take('level', (r) => r.byte(), '4: MQTT 3.1.1', '3.1.2.2');
  let flags = 0;
  lister.take(
    'flags',
    (r) => {
      flags = r.byte();
      return connectFlags(flags);
    },
    'what the client wants, and what follows',
    '3.1.2.3',
  );
  lister.take(
    'keep alive',
    (r) => `${r.uint16()} s`,
    'the longest pause of the client; after 1.5 times this the server closes; 0: never',
    '3.1.2.10',
  );
  lister.take(
    'client identifier',
    (r) => r.text(),
    'names the client, and its session at the server',
    '3.1.3.1',
  );
  if (flags & 0x04) {
    const meaning = 'published if the connection ends without DISCONNECT';
    lister.take('will topic', (r) => r.text(), meaning, '3.1.3.2');
    lister.take(
      'will message',
      (r) => shownBlock(r.block()),
      meaning,
      '3.1.3.3',
    );
  }
  if (flags & 0x80)
    lister.take(
      'user name',
      (r) => r.text(),
      'for the server to check',
      '3.1.3.4',
    );
  if (flags & 0x40)
    lister.take(
      'password',
      (r) => shownBlock(r.block()),
      'for the server to check: a secret',
      '3.1.3.5',
    );
}

function connectFlags(flags: number): string {
  const names = [
    flags & 0x02 && 'clean session',
    flags & 0x04 && 'will',
    flags & 0x04 && `will QoS ${(flags >> 3) & 3}`,
    flags & 0x20 && 'will retain',
    flags & 0x80 && 'user name',
    flags & 0x40 && 'password',
  ].filter(Boolean);
  return names.join(', ') || 'none';
}

/** Text where it is text, and else hex. */
function shownBlock(bytes: Uint8Array): string {
  const text = utf8(bytes);
  return text.includes('\ufffd') ? hex(bytes, 64) : text;
}

function listPublish(list: FieldList, lister: Lister): void {
  lister.take('topic', (r) => r.text(), 'what the message is about', '3.3.2.1');
  if ((list.bytes[0]! >> 1) & 3) lister.identifier('3.3.2.2');
  lister.take(
    'payload',
    (r) => {
      const bytes = r.bytes.subarray(r.at);
      r.at = r.bytes.length;
      return shownBlock(bytes);
    },
    'the message itself: any bytes',
    '3.3.3',
  );
}

/** Any packet of MQTT, 3.1.1. */
export const packetDissector: FieldDissector = {
  content({ bytes }) {
    const first = bytes[0]!;
    if (first >> 4 !== TYPE.PUBLISH) return undefined;
    const reader = new PacketReader(bytes, readLength(bytes, 1).next);
    reader.block();
    if ((first >> 1) & 3) reader.uint16();
    return { bytes: bytes.subarray(reader.at), type: '' };
  },
  dissect(list) {
    const { type, from } = listHeader(list);
    const lister = new Lister(list, from);
    const { reader } = lister;
    if (type === TYPE.CONNECT) {
      listConnect(lister);
    } else if (type === TYPE.CONNACK) {
      lister.take(
        'session present',
        (r) => r.byte() & 1,
        '1: the server has kept the session of this client',
        '3.2.2.2',
      );
      lister.take(
        'return code',
        (r) => returnCode(r.byte()),
        'whether the connection is accepted',
        '3.2.2.3',
      );
    } else if (type === TYPE.PUBLISH) {
      listPublish(list, lister);
    } else {
      lister.identifier('2.3.1');
      while (type === TYPE.SUBSCRIBE && reader.rest > 0) {
        lister.take(
          'topic filter',
          (r) => r.text(),
          '+ is any one level; # the level before it and all below',
          '3.8.3',
        );
        lister.take(
          'requested QoS',
          (r) => r.byte(),
          'the highest QoS with which the server may send',
          '3.8.3',
        );
      }
      while (type === TYPE.UNSUBSCRIBE && reader.rest > 0)
        lister.take(
          'topic filter',
          (r) => r.text(),
          'as it was in SUBSCRIBE',
          '3.10.3',
        );
      while (type === TYPE.SUBACK && reader.rest > 0)
        lister.take(
          'granted',
          (r) => granted(r.byte()),
          'for each filter, in their order',
          '3.9.3',
        );
    }
    if (reader.rest > 0)
      lister.take(
        'rest',
        (r) => {
          const rest = byteCount(r.rest);
          r.at = r.bytes.length;
          return rest;
        },
        'not expected here',
        '2',
      );
  },
};

/** The return code of a CONNACK, with what it means. */
export function returnCode(code: number): string {
  return `${code} ${RETURN_CODES[code] ?? 'not in the standard'}`;
}
