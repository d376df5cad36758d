import { decodeConnection } from '../../connection.ts';
import { lengthPrefixDecoder, lineDecoder } from '../../tcp/decoder.ts';
import { bytes, oneWay, text, type Step } from '../cuts.ts';
import { PREFACE } from '../../http2/decoder.ts';
import type { Vector } from './vector.ts';

const prefixed = (prefix: 1 | 2 | 4) =>
  oneWay(() => lengthPrefixDecoder(prefix));
const down = (...parts: (string | Uint8Array)[]): Step => [
  'down',
  bytes(...parts),
];
const up = (...parts: (string | Uint8Array)[]): Step => ['up', bytes(...parts)];
const lines = oneWay(() => lineDecoder());

export const tcpVectors: Vector[] = [
  {
    title: 'lines, with both ends, empty, and without an end',
    make: lines,
    steps: [down(text('{"a":1}\nZürich\r\n\nlast'))],
    units: [
      'down 0+8 [line] line “{"a":1}”: 8 bytes, 7 of text',
      'down 8+9 [line] line “Zürich”: 9 bytes, 7 of text',
      'down 17+1 [line] line: 1 byte, 0 of text',
      'down 18+4 [line] line “last”: 4 bytes, 4 of text ! expected a line end, the connection ended',
    ],
  },
  {
    title: 'a length of one byte',
    make: prefixed(1),
    steps: [down('02', text('hi'), '00', '01 ff')],
    units: [
      'down 0+3 [length-prefixed message] message “hi”: 3 bytes, 2 after its length',
      'down 3+1 [length-prefixed message] message: 1 byte, 0 after its length',
      'down 4+2 [length-prefixed message] message: 2 bytes, 1 after its length',
    ],
  },
  {
    title: 'a length of two bytes',
    make: prefixed(2),
    steps: [down('0100', 'ab'.repeat(256))],
    units: [
      'down 0+258 [length-prefixed message] message: 258 bytes, 256 after its length',
    ],
  },
  {
    title: 'a length of four bytes, and a message that is not complete',
    make: prefixed(4),
    steps: [down('00000002', text('hi'), '00000005', text('he'))],
    units: [
      'down 0+6 [length-prefixed message] message “hi”: 6 bytes, 2 after its length',
      'down 6+6 [malformed] expected the rest of a message of 5 bytes, the connection ended (byte 6) ! expected the rest of a message of 5 bytes, the connection ended',
    ],
  },
];

/** Which protocol the first bytes show. */
export const connectionVectors: Vector[] = [
  {
    title: 'HTTP/1.1 by its request line',
    make: () => decodeConnection(),
    steps: [
      up(text('GET / HTTP/1.1\r\nHost: a\r\n\r\n')),
      down(text('HTTP/1.1 204 No Content\r\n\r\n')),
    ],
    units: [
      'up 0+27 [http/1.1 request head] GET /: request head, 27 bytes',
      'down 0+27 [http/1.1 response head] 204 No Content: response head, 27 bytes',
    ],
  },
  {
    title: 'HTTP/1.1 with a method of its own',
    make: () => decodeConnection(),
    steps: [up(text('PURGE /a HTTP/1.1\r\nHost: a\r\n\r\n'))],
    units: ['up 0+30 [http/1.1 request head] PURGE /a: request head, 30 bytes'],
  },
  {
    title: 'HTTP/1.1 that is wrong',
    make: () => decodeConnection(),
    steps: [up(text('GET /\r\n\r\n'))],
    units: [
      'up 0+7 [malformed] expected "METHOD target HTTP/1.1", found "GET /" (RFC 9112 3) (byte 0) ! expected "METHOD target HTTP/1.1", found "GET /" (RFC 9112 3)',
      'up 7+2 [bytes] bytes “\\r\\n”: 2 bytes, not decoded',
    ],
  },
  {
    title: 'HTTP/2 by its preface, though the server spoke first',
    make: () => decodeConnection(),
    steps: [
      down('000000 04 00 00000000'),
      up(text(PREFACE), '000000 04 00 00000000'),
    ],
    units: [
      'down 0+9 [http/2 SETTINGS] SETTINGS: 9 bytes, 0 values',
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'up 24+9 [http/2 SETTINGS] SETTINGS: 9 bytes, 0 values',
    ],
  },
  {
    title: 'HTTP/2 by ALPN',
    make: () => decodeConnection({ alpn: 'h2' }),
    steps: [up(text(PREFACE))],
    units: [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
    ],
  },
  {
    title: 'MQTT by its CONNECT',
    make: () => decodeConnection(),
    steps: [
      up('10 0d', '0004', text('MQTT'), '04 02 003c', '0001', text('a')),
      down('20 02 00 00'),
    ],
    units: [
      'up 0+15 [mqtt CONNECT] CONNECT, client “a”, keep alive 60 s: 15 bytes',
      'down 0+4 [mqtt CONNACK] CONNACK, accepted: 4 bytes',
    ],
  },
  {
    title: 'lines, because the lesson says so',
    make: () => decodeConnection({ protocol: { by: 'lines' } }),
    steps: [up(text('GET / HTTP/1.1\r\n')), down(text('no\n'))],
    units: [
      'up 0+16 [line] line “GET / HTTP/1.1”: 16 bytes, 14 of text',
      'down 0+3 [line] line “no”: 3 bytes, 2 of text',
    ],
  },
  {
    title: 'messages with a length, because the lesson says so',
    make: () => decodeConnection({ protocol: { by: 'length', prefix: 2 } }),
    steps: [up('0002', text('hi')), down('0000')],
    units: [
      'up 0+4 [length-prefixed message] message “hi”: 4 bytes, 2 after its length',
      'down 0+2 [length-prefixed message] message: 2 bytes, 0 after its length',
    ],
  },
  {
    title: 'a protocol that looks alike',
    make: () => decodeConnection(),
    steps: [
      up(text('EHLO a\r\n')),
      down(text('250 b\r\n')),
      up(text('QUIT\r\n')),
    ],
    units: [
      'up 0+8 [bytes] bytes “EHLO a\\r\\n”: 8 bytes, not decoded',
      'down 0+7 [bytes] bytes “250 b\\r\\n”: 7 bytes, not decoded',
      'up 8+6 [bytes] bytes “QUIT\\r\\n”: 6 bytes, not decoded',
    ],
  },
  {
    title: 'a server that speaks first',
    make: () => decodeConnection(),
    steps: [down(text('220 a ready\r\n')), up(text('HELO b\r\n'))],
    units: [
      'down 0+13 [bytes] bytes “220 a ready\\r\\n”: 13 bytes, not decoded',
      'up 0+8 [bytes] bytes “HELO b\\r\\n”: 8 bytes, not decoded',
    ],
  },
  {
    title: 'a connection whose beginning is gone',
    make: () => decodeConnection({ missing: { up: 10, down: 100 } }),
    first: { up: 10, down: 100 },
    steps: [up(text('GET / HTTP/1.1\r\nHost: a\r\n\r\n')), down(text('hi'))],
    units: [
      'up 10+27 [bytes] bytes “GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n”: 27 bytes, not decoded',
      'down 100+2 [bytes] bytes “hi”: 2 bytes, not decoded',
    ],
  },
  {
    title: 'a connection that ends before it says what it is',
    make: () => decodeConnection(),
    steps: [up(text('GE'))],
    units: ['up 0+2 [bytes] bytes “GE”: 2 bytes, not decoded'],
  },
];
