import { http1Decoder } from '../../http1/decoder.ts';
import { EVENTS, GET } from './http1-steps.ts';
import { vectors } from './vector.ts';

/** What HTTP/1.1 allows but few send, and what it does not allow. */
export const http1ProblemVectors = vectors(
  http1Decoder,
  String.raw`
an answer that nobody asked for
← "HTTP/1.1 408 Request Timeout⏎Connection: close⏎⏎"
  down 0+51 [http/1.1 response headers] 408 Request Timeout: status line and headers, 51 bytes

lines that end with LF, and a blank line before
→ "⏎\nGET / HTTP/1.1\nHost: a\n\n"
← "HTTP/1.1 404 Not Found⏎Content-Length: 0⏎⏎"
  up 0+27 [http/1.1 request headers] GET /: request line and headers, 27 bytes ! expected CR LF at the end of each line, found LF alone (RFC 9112, 2.2)
  down 0+45 [http/1.1 response headers] 404 Not Found: status line and headers, 45 bytes

a field that goes on in the next line, and one without a colon
→ "GET / HTTP/1.1⏎X-A: one⏎  two⏎X-B⏎⏎"
  up 0+40 [http/1.1 request headers] GET /: request line and headers, 40 bytes ! expected each field on one line, found one that goes on in the next (RFC 9112, 5.2)

a length and chunks: the chunks count
→ "POST / HTTP/1.1⏎Content-Length: 3⏎Transfer-Encoding: chunked⏎⏎1⏎x⏎0⏎⏎"
  up 0+66 [http/1.1 request headers] POST /: request line and headers, 66 bytes ! expected Transfer-Encoding or Content-Length, found both: the length does not count (RFC 9112, 6.2)
  up 66+6 [http/1.1 chunk] chunk: 6 bytes, 1 of data
  up 72+5 [http/1.1 last chunk] last chunk: 5 bytes, the body is complete

a length that is none
→ "POST / HTTP/1.1⏎Content-Length: 3, 4⏎⏎abcd"
  up 0+41 [http/1.1 request headers] POST /: request line and headers, 41 bytes ! expected a Content-Length of digits, found "3, 4" (RFC 9112, 6.3)
  up 41+4 [bytes] bytes: 4 bytes, not decoded

not a request
→ "GET /⏎Host: a⏎⏎"
← "HTTP/1.1 400 Bad Request⏎Connection: close⏎⏎"
  up 0+7 [malformed] expected "METHOD target HTTP/1.1", found "GET /" (RFC 9112, 3) (byte 0) ! expected "METHOD target HTTP/1.1", found "GET /" (RFC 9112, 3)
  up 7+11 [bytes] bytes: 11 bytes, not decoded
  down 0+47 [http/1.1 response headers] 400 Bad Request: status line and headers, 47 bytes

not a chunk
→ ${GET}
← "HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎⏎2⏎hi⏎xyz⏎abc"
  up 0+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 0+47 [http/1.1 response headers] 200 OK: status line and headers, 47 bytes
  down 47+7 [http/1.1 chunk] chunk: 7 bytes, 2 of data
  down 54+5 [malformed] expected a chunk's size in hex, found "xyz" (RFC 9112, 7.1) (byte 54) ! expected a chunk's size in hex, found "xyz" (RFC 9112, 7.1)
  down 59+3 [bytes] bytes: 3 bytes, not decoded

a chunk that is longer than it says
→ ${GET}
← "HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎⏎2⏎hi!"
  up 0+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 0+47 [http/1.1 response headers] 200 OK: status line and headers, 47 bytes
  down 47+6 [malformed] expected CR LF after 2 bytes of a chunk, found 0x21 ("!") (RFC 9112, 7.1) (byte 52) ! expected CR LF after 2 bytes of a chunk, found 0x21 ("!") (RFC 9112, 7.1)

a connection that ends within the headers
→ "GET / HTTP/1.1⏎Host"
  up 0+20 [malformed] expected the rest of the request line and headers, the connection ended (RFC 9112, 8) (byte 0) ! expected the rest of the request line and headers, the connection ended (RFC 9112, 8)

a connection that ends within a body
→ ${GET}
← "HTTP/1.1 200 OK⏎Content-Length: 5⏎⏎hi"
  up 0+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 0+38 [http/1.1 response headers] 200 OK: status line and headers, 38 bytes
  down 38+2 [body] body: 2 bytes ! expected 5 bytes, the connection ended after 2 (RFC 9112, 8)

a connection that ends within a chunk
→ ${GET}
← "HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎⏎2⏎hi⏎5⏎abc"
  up 0+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 0+47 [http/1.1 response headers] 200 OK: status line and headers, 47 bytes
  down 47+7 [http/1.1 chunk] chunk: 7 bytes, 2 of data
    down 50+2,57+3 [body] body: 5 bytes ! the connection ended before the last chunk (RFC 9112, 8)
  down 54+6 [malformed] expected more chunks, the connection ended inside a chunk (RFC 9112, 8) (byte 54) ! expected more chunks, the connection ended inside a chunk (RFC 9112, 8)

a connection that ends within an event
→ ${GET}
← ${EVENTS}
← "7⏎data: x⏎"
  up 0+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 0+80 [http/1.1 response headers] 200 OK: status line and headers, 80 bytes, text/event-stream
  down 80+12 [http/1.1 chunk] chunk: 12 bytes, 7 of the event stream
    down 83+7 [no event] unfinished event: 7 bytes, discarded: the stream ended before a blank line
  down  [malformed] expected more chunks, the connection ended before the last chunk (RFC 9112, 8) ! expected more chunks, the connection ended before the last chunk (RFC 9112, 8)`,
);
