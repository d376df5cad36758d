import { decodeConnection } from '../../connection.ts';
import { vectors } from './vector.ts';

/** RFC 8446, 4.1.2: one session byte, one cipher suite, two extensions. */
const hello = (extensions: string, lengths: string) =>
  `${lengths} 0303 00×32 01 aa 0002 1301 01 00 ${extensions}`;
/** ALPN comes first; then RFC 6066, 3. */
const NAMED = hello(
  '0017 0010 0002 0000 0000 000d 000b 00 0008 "app.test"',
  '16 0301 0047 01 000043',
);
const REQUEST = '"GET / HTTP/1.1⏎Host: a⏎⏎"';
const ASKED =
  'up 0+27 [http/1.1 request headers] GET /: request line and headers, 27 bytes';
const PLAIN =
  'the server speaks TLS here and got plain text. Give the tap https: instead of http:';

const began = (of: string) =>
  `the client began a TLS handshake (https:)${of}, and only plain text is decoded here: open it with http:, or give the tap https: if the server speaks TLS`;
const instead = (alert: string) =>
  `expected a response, found a TLS alert (${alert}): ${PLAIN}`;

/** TLS where plain text is expected, and the other way round. */
export const tlsVectors = vectors(
  () => decodeConnection(),
  String.raw`
a ClientHello with a name, and what follows
→ ${NAMED}
← 15 0303 0002 02 28
→ 17 0303 0001 ff
  up 0+76 [bytes] TLS ClientHello for app.test: 76 bytes ! ${began(' for app.test')}
  down 0+7 [bytes] bytes: 7 bytes, not decoded
  up 76+6 [bytes] bytes: 6 bytes, not decoded

a ClientHello without a name
→ ${hello('0000', '16 0301 0030 01 00002c')}
  up 0+53 [bytes] TLS ClientHello: 53 bytes ! ${began('')}

a ClientHello that is cut off
→ 16 0301 0047 01 000043 0303 00×29
  up 0+40 [bytes] TLS ClientHello: 40 bytes ! ${began('')}

what only begins like one
→ 16 0301 0002 02 00
  up 0+7 [bytes] bytes: 7 bytes, not decoded

an alert in place of a response
→ ${REQUEST}
← 15 0303 0002 02 50
  ${ASKED}
  down 0+7 [malformed] ${instead('internal_error')} (byte 0) ! ${instead('internal_error')}

an alert in place of a response, with a line end in it
→ ${REQUEST}
← 15 0303 0002 02 0a
  ${ASKED}
  down 0+7 [malformed] ${instead('unexpected_message')} (byte 0) ! ${instead('unexpected_message')}

a 400 of nginx that says so
→ ${REQUEST}
← "HTTP/1.1 400 Bad Request⏎Content-Length: 85⏎⏎<html>⏎<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>"
  ${ASKED}
  down 0+48 [http/1.1 response headers] 400 Bad Request: status line and headers, 48 bytes
  down 48+85 [body] body: 85 bytes ! ${PLAIN}

a 400 of Go that says so
→ ${REQUEST}
← "HTTP/1.1 400 Bad Request⏎Content-Length: 48⏎⏎Client sent an HTTP request to an HTTPS server.\n"
  ${ASKED}
  down 0+48 [http/1.1 response headers] 400 Bad Request: status line and headers, 48 bytes
  down 48+48 [body] body: 48 bytes ! ${PLAIN}

any other 400
→ ${REQUEST}
← "HTTP/1.1 400 Bad Request⏎Content-Length: 9⏎⏎HTTP? No."
  ${ASKED}
  down 0+47 [http/1.1 response headers] 400 Bad Request: status line and headers, 47 bytes
  down 47+9 [body] body: 9 bytes`,
);
