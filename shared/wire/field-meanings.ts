/**
 * All that the wire can say of a field: for a search, which has no bytes.
 *
 * Header fields, status codes, frames and the like come from the tables that
 * the dissectors read. What a dissector says of the other fields is taken from
 * it: short messages are decoded, one of each form.
 */
import { concat } from './bytes.ts';
import { decodeConnection } from './connection.ts';
import { MEANINGS } from './event-stream/block.ts';
import {
  CLASS_MEANINGS,
  HEADERS,
  METHODS,
  STATUS_MEANINGS,
  statusText,
} from './http/words.ts';
import { PREFACE } from './http2/decoder.ts';
import {
  ERRORS,
  FRAME,
  FRAME_MEANINGS,
  SETTING,
  settingMeaning,
} from './http2/words.ts';
import { TYPES } from './mqtt/fields.ts';
import { bytesOf, describe, type Direction, type Kind } from './unit.ts';
import { CLOSE_CODES, closeMeaning, OPCODES } from './websocket/frame.ts';

/** A field, or a value of one that has a name, and what it means. */
export interface FieldMeaning {
  /** `RETAIN`, `close code 1001`, `retry-after`. */
  name: string;
  meaning: string;
  /** The section of the standard, `RFC 6455, 7.4.1`; '' where none governs. */
  section: string;
  protocol: 'http' | 'http/2' | 'event stream' | 'websocket' | 'mqtt' | 'tls';
}

/** All of them; each name has one entry for each of its meanings. */
export function fieldMeanings(): FieldMeaning[] {
  const all = [
    ...Object.entries(HEADERS).map(([name, [meaning, section]]) =>
      of('http', name, meaning, section),
    ),
    ...Object.entries(METHODS).map(([name, [meaning, section]]) =>
      of('http', `method ${name}`, meaning, section),
    ),
    ...Object.entries(CLASS_MEANINGS).map(([digit, [meaning, section]]) =>
      of('http', `status ${digit}xx`, meaning, section),
    ),
    ...Object.entries(STATUS_MEANINGS).map(([code, [meaning, section]]) =>
      of('http', `status ${statusText(Number(code))}`, meaning, section),
    ),
    ...Object.entries(FRAME_MEANINGS).map(([name, [meaning, section]]) =>
      of('http/2', `frame ${name}`, meaning, section),
    ),
    ...ERRORS.map(([name, meaning]) =>
      of('http/2', `error code ${name}`, meaning, 'RFC 9113, 7'),
    ),
    ...Object.entries(SETTING).map(([name, id]) =>
      of('http/2', `setting ${name}`, ...settingMeaning(id)),
    ),
    ...Object.entries(MEANINGS).map(([name, meaning]) =>
      of('event stream', name, meaning, 'HTML, 9.2.6'),
    ),
    ...Object.values(OPCODES).map(([name, meaning, section]) =>
      of('websocket', `opcode ${name}`, meaning, section),
    ),
    ...Object.keys(CLOSE_CODES).map((code) =>
      of('websocket', `close code ${code}`, ...closeMeaning(Number(code))),
    ),
    ...TYPES.slice(1).map(([name, meaning, section]) =>
      of('mqtt', `packet ${name}`, meaning, `MQTT, ${section}`),
    ),
    ...examples.flatMap(dissected),
  ];
  const key = ({ protocol, name, meaning }: FieldMeaning) =>
    `${protocol} ${name.toLowerCase()} ${meaning}`;
  return [
    ...new Map(all.toReversed().map((each) => [key(each), each])).values(),
  ].toReversed();
}

const of = (
  protocol: FieldMeaning['protocol'],
  name: string,
  meaning: string,
  section: string,
): FieldMeaning => ({ protocol, name, meaning, section });

const ascii = (text: string) => new TextEncoder().encode(text);
const bytes = (hex: string) =>
  Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (two) => parseInt(two, 16));

/** A frame of HTTP/2, RFC 9113, 4.1. */
function frame(type: number, flags: number, stream: number, payload: string) {
  const content = bytes(payload);
  const header = [0, 0, content.length, type, flags, 0, 0, 0, stream];
  return concat([Uint8Array.from(header), content]);
}

const accepted = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n';

/** What both sides of a connection send, a form of message after the other. */
const examples: Record<Direction, Uint8Array>[] = [
  {
    up: ascii('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na'),
    down: ascii(`${accepted}\r\n1\r\na\r\n0\r\n\r\n`),
  },
  {
    up: ascii('GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
    down: ascii(
      `${accepted}Content-Type: text/event-stream\r\n\r\nc;a=b\r\n\ufeffdata: a\n\n\r\n0\r\n\r\n`,
    ),
  },
  {
    up: concat([
      ascii(PREFACE),
      frame(FRAME.SETTINGS, 0, 0, ''),
      // Padding and a priority; then :method POST, :scheme http, :path /.
      frame(FRAME.HEADERS, 0x2c, 1, '01 0000000000 838684 00'),
      frame(FRAME.DATA, 0x8, 1, '01 61 00'),
      frame(FRAME.PRIORITY_UPDATE, 0, 0, '00000001 753d31'),
      frame(FRAME.WINDOW_UPDATE, 0, 0, '00000001'),
    ]),
    down: concat([
      frame(FRAME.SETTINGS, 0, 0, ''),
      // A response that was not requested, its headers in two frames.
      frame(FRAME.PUSH_PROMISE, 0, 1, '00000002 8286'),
      frame(FRAME.CONTINUATION, 0x4, 1, '84'),
      frame(FRAME.PING, 0, 0, '0000000000000000'),
      frame(FRAME.PING, 0x1, 0, '0000000000000000'),
      frame(FRAME.ORIGIN, 0, 0, '0001 61'),
      frame(FRAME.ALTSVC, 0, 0, '0001 61 62'),
      frame(FRAME.GOAWAY, 0, 0, '00000001 00000000 61'),
    ]),
  },
  {
    up: concat([
      ascii(
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
          'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n',
      ),
      // In two fragments; compressed; a close code with a reason.
      bytes('01 81 00000000 61  80 81 00000000 61'),
      bytes('c1 87 00000000 f248cdc9c90700  88 83 00000000 03e8 61'),
    ]),
    down: concat([
      ascii(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
          'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n' +
          'Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n',
      ),
      bytes('81 7e007e' + '61'.repeat(126)),
    ]),
  },
  {
    up: concat([
      // CONNECT with a will, a user name and a password.
      bytes(
        '10 19 0004 4d515454 04 c6 003c 0001 61 0001 62 0001 63 0001 64 0001 65',
      ),
      bytes('82 06 0001 0001 61 01  a2 05 0002 0001 61'),
      // The same PUBLISH twice, to be kept the second time.
      bytes('32 06 0001 61 0003 62  3b 06 0001 61 0003 62'),
    ]),
    down: bytes(
      '20 02 01 00  90 03 0001 01  30 04 0001 61 62  31 04 0001 61 62',
    ),
  },
  {
    // A ClientHello with ALPN and a server name: RFC 8446, 4.1.2.
    up: concat([
      bytes('16 0301 0040 01 00003c 0303' + '00'.repeat(32)),
      bytes(
        '01 aa 0002 1301 01 00 0010 0010 0002 0000 0000 0006 0004 00 0001 61',
      ),
    ]),
    down: bytes(''),
  },
];

/** Fields whose values the tables explain, one by one. */
const inTables = /^(method|status|type|opcode|code|error code|:.+)$/;

function dissected(example: Record<Direction, Uint8Array>): FieldMeaning[] {
  const decoder = decodeConnection();
  const units = [
    ...decoder.feed('up', example.up),
    ...decoder.feed('down', example.down),
  ];
  return units.flatMap((unit) =>
    describe(unit, bytesOf(unit, example[unit.direction]))
      .filter(({ label, section }) => section !== '' && !inTables.test(label))
      .map(({ label, meaning, section }) =>
        of(protocolOf(unit.kind), label, meaning, section),
      ),
  );
}

function protocolOf(kind: Kind): FieldMeaning['protocol'] {
  // What is not decoded is at most the beginning of a TLS handshake.
  if (kind === 'bytes') return 'tls';
  if (/event$|^comment$/.test(kind)) return 'event stream';
  const [first = ''] = kind.split(' ');
  return first === 'http/2' || first === 'websocket' || first === 'mqtt'
    ? first
    : 'http';
}
