import { http1Decoder } from '../../http1/decoder.ts';
import { EVENTS, GET } from './http1-steps.ts';
import { vectors } from './vector.ts';

/** RFC 9112. */
export const http1Vectors = vectors(
  http1Decoder,
  String.raw`
a request, and a body by its length
→ ${GET}
← "HTTP/1.1 200 OK⏎Content-Type: text/plain; charset=utf-8⏎Content-Length: 13⏎⏎Hello, world!"
  up 0+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 0+80 [http/1.1 response headers] 200 OK: status line and headers, 80 bytes, text/plain; charset=utf-8
  down 80+13 [body] body: 13 bytes, text/plain

a body in chunks, with an extension and a trailer
→ ${GET}
← "HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎⏎"
← "5;name=value⏎Hello⏎8⏎, world!⏎0⏎Digest: x⏎⏎"
  up 0+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 0+47 [http/1.1 response headers] 200 OK: status line and headers, 47 bytes
  down 47+21 [http/1.1 chunk] chunk: 21 bytes, 5 of data
  down 68+13 [http/1.1 chunk] chunk: 13 bytes, 8 of data
    down 61+5,71+8 [body] body: 13 bytes
  down 81+16 [http/1.1 last chunk] last chunk: 16 bytes, the body is complete

a body up to the end of the connection
→ ${GET}
← "HTTP/1.0 200 OK⏎⏎Hello"
  up 0+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 0+19 [http/1.1 response headers] 200 OK: status line and headers, 19 bytes, HTTP/1.0
  down 19+5 [body] body: 5 bytes

a request with a body
→ "POST /board HTTP/1.1⏎Host: a⏎Content-Length: 3⏎⏎a=1"
← "HTTP/1.1 204 No Content⏎⏎"
  up 0+52 [http/1.1 request headers] POST /board: request line and headers, 52 bytes
  up 52+3 [body] body: 3 bytes
  down 0+27 [http/1.1 response headers] 204 No Content: status line and headers, 27 bytes

the answer to HEAD has no body
→ "HEAD / HTTP/1.1⏎Host: a⏎⏎"
← "HTTP/1.1 200 OK⏎Content-Length: 5⏎⏎"
→ ${GET}
← "HTTP/1.1 200 OK⏎Content-Length: 2⏎⏎hi"
  up 0+28 [http/1.1 request headers] HEAD /: request line and headers, 28 bytes
  down 0+38 [http/1.1 response headers] 200 OK: status line and headers, 38 bytes
  up 28+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 38+38 [http/1.1 response headers] 200 OK: status line and headers, 38 bytes
  down 76+2 [body] body: 2 bytes

a 304 has no body, whatever it says
→ ${GET}
← "HTTP/1.1 304 Not Modified⏎Content-Length: 5⏎⏎"
→ ${GET}
← "HTTP/1.1 200 OK⏎Content-Length: 0⏎⏎"
  up 0+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 0+48 [http/1.1 response headers] 304 Not Modified: status line and headers, 48 bytes
  up 32+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 48+38 [http/1.1 response headers] 200 OK: status line and headers, 38 bytes

pipelining: three requests, then three answers
→ "GET /1 HTTP/1.1⏎Host: a⏎⏎HEAD /2 HTTP/1.1⏎Host: a⏎⏎GET /3 HTTP/1.1⏎Host: a⏎⏎"
← "HTTP/1.1 200 OK⏎Content-Length: 1⏎⏎1HTTP/1.1 200 OK⏎Content-Length: 1⏎⏎HTTP/1.1 200 OK⏎Content-Length: 1⏎⏎3"
  up 0+28 [http/1.1 request headers] GET /1: request line and headers, 28 bytes
  up 28+29 [http/1.1 request headers] HEAD /2: request line and headers, 29 bytes
  up 57+28 [http/1.1 request headers] GET /3: request line and headers, 28 bytes
  down 0+38 [http/1.1 response headers] 200 OK: status line and headers, 38 bytes
  down 38+1 [body] body: 1 byte
  down 39+38 [http/1.1 response headers] 200 OK: status line and headers, 38 bytes
  down 77+38 [http/1.1 response headers] 200 OK: status line and headers, 38 bytes
  down 115+1 [body] body: 1 byte

100 Continue and 103 Early Hints before the answer
→ "POST / HTTP/1.1⏎Host: a⏎Expect: 100-continue⏎Content-Length: 2⏎⏎"
← "HTTP/1.1 100 Continue⏎⏎"
→ "hi"
← "HTTP/1.1 103 Early Hints⏎Link: </a.css>⏎⏎HTTP/1.1 200 ⏎Content-Length: 0⏎⏎"
  up 0+69 [http/1.1 request headers] POST /: request line and headers, 69 bytes
  down 0+25 [http/1.1 response headers] 100 Continue: status line and headers, 25 bytes
  up 69+2 [body] body: 2 bytes
  down 25+44 [http/1.1 response headers] 103 Early Hints: status line and headers, 44 bytes
  down 69+36 [http/1.1 response headers] 200 OK: status line and headers, 36 bytes

an event that spans two chunks
→ ${GET}
← ${EVENTS}
← "8⏎data: on⏎14⏎e\n\ndata: two\n\n: hb\n\n⏎0⏎⏎"
  up 0+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 0+80 [http/1.1 response headers] 200 OK: status line and headers, 80 bytes, text/event-stream
  down 80+13 [http/1.1 chunk] chunk: 13 bytes, 8 of the event stream
    down 83+8,97+3 [event] event: 11 bytes, 3 of data
    down 100+11 [event] event: 11 bytes, 3 of data
    down 111+6 [comment] comment “hb”: 6 bytes, unseen by the page
  down 93+26 [http/1.1 chunk] chunk: 26 bytes, 20 of the event stream
  down 119+5 [http/1.1 last chunk] last chunk: 5 bytes, the body is complete

the change to WebSocket, the first frames glued to the heads
→ "GET /chat HTTP/1.1⏎Host: a⏎Connection: keep-alive, Upgrade⏎Upgrade: websocket⏎Sec-WebSocket-Version: 13⏎Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==⏎⏎"
← "HTTP/1.1 101 Switching Protocols⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=⏎⏎"
← 81 05 48656c6c6f
→ 81 85 37fa213d 7f9f4d5158
  up 0+156 [http/1.1 request headers] GET /chat: request line and headers, 156 bytes
  down 0+129 [http/1.1 response headers] 101 Switching Protocols: status line and headers, 129 bytes
  down 129+7 [websocket text] text: 7 bytes, 5 of payload
  up 156+11 [websocket text] text: 11 bytes, 5 of payload

WebSocket that speaks before it was answered, with compression
→ "GET / HTTP/1.1⏎Host: a⏎Connection: Upgrade⏎Upgrade: websocket⏎Sec-WebSocket-Version: 13⏎Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==⏎Sec-WebSocket-Extensions: permessage-deflate⏎⏎"
→ c1 87 01020304 f34acecdc80503
← "HTTP/1.1 101 ⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=⏎Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover⏎⏎"
  up 0+186 [http/1.1 request headers] GET /: request line and headers, 186 bytes
  down 0+184 [http/1.1 response headers] 101 Switching Protocols: status line and headers, 184 bytes
  up 186+13 [websocket text] text: 13 bytes, 7 of payload, 5 once inflated

an upgrade that is refused: HTTP goes on
→ "GET / HTTP/1.1⏎Host: a⏎Connection: Upgrade⏎Upgrade: websocket⏎Sec-WebSocket-Version: 13⏎Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==⏎⏎GET /next HTTP/1.1⏎Host: a⏎⏎"
← "HTTP/1.1 403 Forbidden⏎Content-Length: 0⏎⏎HTTP/1.1 200 OK⏎Content-Length: 0⏎⏎"
  up 0+140 [http/1.1 request headers] GET /: request line and headers, 140 bytes
  down 0+45 [http/1.1 response headers] 403 Forbidden: status line and headers, 45 bytes
  up 140+31 [http/1.1 request headers] GET /next: request line and headers, 31 bytes
  down 45+38 [http/1.1 response headers] 200 OK: status line and headers, 38 bytes

CONNECT: a tunnel for other bytes
→ "CONNECT b:443 HTTP/1.1⏎Host: a⏎⏎"
← "HTTP/1.1 200 Connected⏎⏎"
→ 16 03 01
← 16 03 03
→ 14
  up 0+35 [http/1.1 request headers] CONNECT b:443: request line and headers, 35 bytes
  down 0+26 [http/1.1 response headers] 200 Connected: status line and headers, 26 bytes
  up 35+3 [bytes] bytes: 3 bytes, not decoded
  down 26+3 [bytes] bytes: 3 bytes, not decoded
  up 38+1 [bytes] bytes: 1 byte, not decoded

a body in gzip
→ ${GET}
← "HTTP/1.1 200 OK⏎Content-Encoding: gzip⏎Content-Length: 25⏎⏎"
← 1f8b0800000000000003 f348cdc9c90700 8289d1f7 05000000
  up 0+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 0+63 [http/1.1 response headers] 200 OK: status line and headers, 63 bytes
  down 63+25 [body] body: 25 bytes, compressed with gzip

an event stream in gzip, flushed after each event
→ ${GET}
← "HTTP/1.1 200 OK⏎Content-Type: text/event-stream⏎Content-Encoding: gzip⏎Transfer-Encoding: chunked⏎⏎"
← "a⏎"
← 1f8b0800000000000003
← "⏎11⏎"
← 4a492c49b452c8cf4be5e202000000ffff
← "⏎e⏎"
← 4a41679694e7737101000000ffff
← "⏎0⏎⏎"
  up 0+32 [http/1.1 request headers] GET /board: request line and headers, 32 bytes
  down 0+104 [http/1.1 response headers] 200 OK: status line and headers, 104 bytes, text/event-stream
  down 104+15 [http/1.1 chunk] chunk: 15 bytes, 10 of the event stream
    down 107+10,123+12 [event] event: 11 bytes, 3 of data; compressed to 22 bytes
  down 119+23 [http/1.1 chunk] chunk: 23 bytes, 17 of the event stream
    down 135+5,145+4 [event] event: 11 bytes, 3 of data; compressed to 9 bytes
    down 148+6 [event] event: 11 bytes, 3 of data; compressed to 6 bytes
  down 142+19 [http/1.1 chunk] chunk: 19 bytes, 14 of the event stream
  down 161+5 [http/1.1 last chunk] last chunk: 5 bytes, the body is complete`,
);
