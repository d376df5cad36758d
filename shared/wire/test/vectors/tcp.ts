import { decodeConnection } from '../../connection.ts';
import { lengthPrefixDecoder, lineDecoder } from '../../tcp/decoder.ts';
import { oneWay } from '../cuts.ts';
import { type Vector, stepsOf, vectors } from './vector.ts';

const prefixed = (prefix: 1 | 2 | 4) =>
  oneWay(() => lengthPrefixDecoder(prefix));

export const tcpVectors = [
  ...vectors(
    oneWay(() => lineDecoder()),
    String.raw`
lines, with both ends, empty, and without an end
← "{\"a\":1}\nZürich⏎\nlast"
  down 0+8 [line] line: 8 bytes, 7 of text
  down 8+9 [line] line: 9 bytes, 7 of text
  down 17+1 [line] line: 1 byte, 0 of text
  down 18+4 [line] line: 4 bytes, 4 of text ! expected a line end, the connection ended`,
  ),
  ...vectors(
    prefixed(1),
    String.raw`
a length of one byte
← 02 "hi" 00 01 ff
  down 0+3 [length-prefixed message] message: 3 bytes, 2 after its length
  down 3+1 [length-prefixed message] message: 1 byte, 0 after its length
  down 4+2 [length-prefixed message] message: 2 bytes, 1 after its length`,
  ),
  ...vectors(
    prefixed(2),
    String.raw`
a length of two bytes
← 0100 ab×256
  down 0+258 [length-prefixed message] message: 258 bytes, 256 after its length`,
  ),
  ...vectors(
    prefixed(4),
    String.raw`
a length of four bytes, and a message that is not complete
← 00000002 "hi" 00000005 "he"
  down 0+6 [length-prefixed message] message: 6 bytes, 2 after its length
  down 6+6 [malformed] expected the rest of a message of 5 bytes, the connection ended (byte 6) ! expected the rest of a message of 5 bytes, the connection ended`,
  ),
];

/** Which protocol the first bytes show. */
export const connectionVectors: Vector[] = [
  ...vectors(
    () => decodeConnection(),
    String.raw`
HTTP/1.1 by its request line
→ "GET / HTTP/1.1⏎Host: a⏎⏎"
← "HTTP/1.1 204 No Content⏎⏎"
  up 0+27 [http/1.1 request headers] GET /: request line and headers, 27 bytes
  down 0+27 [http/1.1 response headers] 204 No Content: status line and headers, 27 bytes

HTTP/1.1 with a method of its own
→ "PURGE /a HTTP/1.1⏎Host: a⏎⏎"
  up 0+30 [http/1.1 request headers] PURGE /a: request line and headers, 30 bytes

HTTP/1.1 that is wrong
→ "GET /⏎⏎"
  up 0+7 [malformed] expected "METHOD target HTTP/1.1", found "GET /" (RFC 9112, 3) (byte 0) ! expected "METHOD target HTTP/1.1", found "GET /" (RFC 9112, 3)
  up 7+2 [bytes] bytes: 2 bytes, not decoded

HTTP/2 by its preface, though the server spoke first
← 000000 04 00 00000000
→ "PRI * HTTP/2.0⏎⏎SM⏎⏎" 000000 04 00 00000000
  down 0+9 [http/2 SETTINGS] SETTINGS: 9 bytes, 0 values
  up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2
  up 24+9 [http/2 SETTINGS] SETTINGS: 9 bytes, 0 values

MQTT by its CONNECT
→ 10 0d 0004 "MQTT" 04 02 003c 0001 "a"
← 20 02 00 00
  up 0+15 [mqtt CONNECT] CONNECT, client “a”, keep alive 60 s: 15 bytes
  down 0+4 [mqtt CONNACK] CONNACK, accepted: 4 bytes

a protocol that looks alike
→ "EHLO a⏎"
← "250 b⏎"
→ "QUIT⏎"
  up 0+8 [bytes] bytes: 8 bytes, not decoded
  down 0+7 [bytes] bytes: 7 bytes, not decoded
  up 8+6 [bytes] bytes: 6 bytes, not decoded

a server that speaks first
← "220 a ready⏎"
→ "HELO b⏎"
  down 0+13 [bytes] bytes: 13 bytes, not decoded
  up 0+8 [bytes] bytes: 8 bytes, not decoded

a connection that ends before it says what it is
→ "GE"
  up 0+2 [bytes] bytes: 2 bytes, not decoded`,
  ),
  ...vectors(
    () => decodeConnection({ alpn: 'h2' }),
    String.raw`
HTTP/2 by ALPN
→ "PRI * HTTP/2.0⏎⏎SM⏎⏎"
  up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2`,
  ),
  ...vectors(
    () => decodeConnection({ protocol: { by: 'lines' } }),
    String.raw`
lines, because the lesson says so
→ "GET / HTTP/1.1⏎"
← "no\n"
  up 0+16 [line] line: 16 bytes, 14 of text
  down 0+3 [line] line: 3 bytes, 2 of text`,
  ),
  ...vectors(
    () => decodeConnection({ protocol: { by: 'length', prefix: 2 } }),
    String.raw`
messages with a length, because the lesson says so
→ 0002 "hi"
← 0000
  up 0+4 [length-prefixed message] message: 4 bytes, 2 after its length
  down 0+2 [length-prefixed message] message: 2 bytes, 0 after its length`,
  ),
  {
    title: 'a connection whose beginning is gone',
    make: () => decodeConnection({ missing: { up: 10, down: 100 } }),
    first: { up: 10, down: 100 },
    steps: stepsOf('→ "GET / HTTP/1.1⏎Host: a⏎⏎" ← "hi"'),
    units: [
      'up 10+27 [bytes] bytes: 27 bytes, not decoded',
      'down 100+2 [bytes] bytes: 2 bytes, not decoded',
    ],
  },
];
