import { decodeConnection } from '../../connection.ts';
import { bytes, text, type Step } from '../cuts.ts';
import type { Vector } from './vector.ts';

const make = () => decodeConnection();
const up = (...parts: (string | Uint8Array)[]): Step => ['up', bytes(...parts)];
const down = (...parts: (string | Uint8Array)[]): Step => [
  'down',
  bytes(...parts),
];

/** RFC 8446 4.1.2: one session byte, one cipher suite, two extensions. */
const hello = (extensions: string | Uint8Array, lengths: string) =>
  bytes(
    lengths,
    '0303',
    '00'.repeat(32),
    '01 aa',
    '0002 1301',
    '01 00',
    extensions,
  );
/** ALPN comes first; then RFC 6066 3. */
const NAMED = hello(
  bytes('0017', '0010 0002 0000', '0000 000d 000b 00 0008', text('app.test')),
  '16 0301 0047 01 000043',
);
const REQUEST: Step = ['up', text('GET / HTTP/1.1\r\nHost: a\r\n\r\n')];
const ASKED = 'up 0+27 [http/1.1 request head] GET /: request head, 27 bytes';
const PLAIN =
  'the server speaks TLS here and got plain text. Give the tap https: in place of http:';

const began = (of: string) =>
  `the client began a TLS handshake (https:)${of}, and only plain text is decoded here: open it with http:, or give the tap https: if the server speaks TLS`;
const instead = (alert: string) =>
  `expected a response, found a TLS alert (${alert}): ${PLAIN}`;

function badRequest(title: string, body: string, problem: string): Vector {
  const head = `HTTP/1.1 400 Bad Request\r\nContent-Length: ${body.length}\r\n\r\n`;
  return {
    title,
    make,
    steps: [REQUEST, ['down', text(head + body)]],
    units: [
      ASKED,
      `down 0+${head.length} [http/1.1 response head] 400 Bad Request: response head, ${head.length} bytes`,
      `down ${head.length}+${body.length} [body] body: ${body.length} bytes${problem}`,
    ],
  };
}

/** TLS where plain text is expected, and the other way round. */
export const tlsVectors: Vector[] = [
  {
    title: 'a ClientHello with a name, and what follows',
    make,
    steps: [up(NAMED), down('15 0303 0002 02 28'), up('17 0303 0001 ff')],
    units: [
      `up 0+76 [bytes] TLS ClientHello for app.test: 76 bytes ! ${began(' for app.test')}`,
      'down 0+7 [bytes] bytes: 7 bytes, not decoded',
      'up 76+6 [bytes] bytes: 6 bytes, not decoded',
    ],
  },
  {
    title: 'a ClientHello without a name',
    make,
    steps: [up(hello('0000', '16 0301 0030 01 00002c'))],
    units: [`up 0+53 [bytes] TLS ClientHello: 53 bytes ! ${began('')}`],
  },
  {
    title: 'a ClientHello that is cut off',
    make,
    steps: [up(NAMED.subarray(0, 40))],
    units: [`up 0+40 [bytes] TLS ClientHello: 40 bytes ! ${began('')}`],
  },
  {
    title: 'what only begins like one',
    make,
    steps: [up('16 0301 0002 02 00')],
    units: ['up 0+7 [bytes] bytes: 7 bytes, not decoded'],
  },
  {
    title: 'an alert in place of a response',
    make,
    steps: [REQUEST, down('15 0303 0002 02 50')],
    units: [
      ASKED,
      `down 0+7 [malformed] ${instead('internal_error')} (byte 0) ! ${instead('internal_error')}`,
    ],
  },
  {
    title: 'an alert in place of a response, with a line end in it',
    make,
    steps: [REQUEST, down('15 0303 0002 02 0a')],
    units: [
      ASKED,
      `down 0+7 [malformed] ${instead('unexpected_message')} (byte 0) ! ${instead('unexpected_message')}`,
    ],
  },
  badRequest(
    'a 400 of nginx that says so',
    '<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>',
    ` ! ${PLAIN}`,
  ),
  badRequest(
    'a 400 of Go that says so',
    'Client sent an HTTP request to an HTTPS server.\n',
    ` ! ${PLAIN}`,
  ),
  badRequest('any other 400', 'HTTP? No.', ''),
];
