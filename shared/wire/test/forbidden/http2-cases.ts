/**
 * What HTTP/2 forbids, frame by frame: a table of our own, after the sections
 * of RFC 9113 and what h2spec looks at. Every case comes after the preface and
 * SETTINGS of both sides. How they are written: see case.ts.
 */
import { stepsOf } from '../vectors/vector.ts';
import { casesOf } from './case.ts';

const GET = '828684 410161';
const POST = '838684 410161';

/** What a client sends. */
export const CLIENT = casesOf(
  String.raw`
allowed
  a request | → [01 05 1] ${GET}
  a request with a body | → [01 04 1] ${POST} → [00 01 1] "hi"
  a body of the length that it says | → [01 04 1] ${POST} (content-length=2) → [00 01 1] "hi"
  padding is not counted | → [01 04 1] ${POST} (content-length=2) → [00 09 1] 03 "hi" 000000
  trailers | → [01 04 1] ${POST} → [00 00 1] "hi" → [01 05 1] (digest=x)
  host in place of :authority | → [01 05 1] (:method=GET) (:scheme=http) (:path=/) (host=a)
  te: trailers | → [01 05 1] ${GET} (te=trailers)
  an empty value | → [01 05 1] ${GET} (x=)
  a value that is not ASCII | → [01 05 1] ${GET} (x=caf\u00e9)
  OPTIONS * | → [01 05 1] (:method=OPTIONS) (:scheme=http) (:path=*) (:authority=a)
  PING | → [06 00 0] 0102030405060708
  streams that are left out | → [01 05 1] ${GET} → [01 05 7] ${GET}
  PRIORITY of a stream that is not open | → [02 00 9] 00000003 0f
  WINDOW_UPDATE after END_STREAM | → [01 05 1] ${GET} → [08 00 1] 00000001
  RST_STREAM after END_STREAM | → [01 05 1] ${GET} → [03 00 1] 00000008
  a setting that nobody knows | → [04 00 0] 00ff 00000007
  a frame that nobody knows | → [2a ff 0] c0ffee
  a header section in three frames | → [01 01 1] 8286 → [09 00 1] 84 → [09 04 1] 410161
  the largest window | → [08 00 0] 7fff0000
  DATA of no bytes after the window is used up | → [01 04 1] ${POST} → [00 00 1] 00×16000 → [00 00 1] 00×16000 → [00 00 1] 00×16000 → [00 00 1] 00×16000 → [00 00 1] 00×1535 → [00 01 1]
  host and :authority in other letters | → [01 05 1] (:method=GET) (:scheme=http) (:path=/) (:authority=A) (host=a)
  PRIORITY_UPDATE | → [01 05 1] ${GET} → [10 00 0] 00000001 "u=3"
  GOAWAY that names a promised stream | → [07 00 0] 00000002 00000000

RFC 9110, 5.1
  no name | → [01 05 1] ${GET} (=b) | expected a name for each field
  a character that is in no token | → [01 05 1] ${GET} (x@a=b) | expected a token as the field name, found "x@a"

RFC 9110, 5.3
  host twice | → [01 05 1] (:method=GET) (:scheme=http) (:path=/) (host=a) (host=a) | expected host once

RFC 9110, 7.2
  neither :authority nor host | → [01 05 1] (:method=GET) (:scheme=http) (:path=/) | found neither

RFC 9110, 9.1
  a method of two words | → [01 05 1] (:method=GE T) (:scheme=http) (:path=/) (:authority=a) | expected a token as the :method, found "GE T"

RFC 9113, 8.3.1
  a space in :authority | → [01 05 1] (:method=GET) (:scheme=http) (:path=/) (:authority=a b) | expected a name or an address in :authority
  a path in host | → [01 05 1] (:method=GET) (:scheme=http) (:path=/) (host=a/b) | expected a name or an address in host
  a space in :path | → [01 05 1] (:method=GET) (:scheme=http) (:path=/a b) (:authority=a) | expected a :path of visible ASCII characters without "#", found 0x20
  a fragment in :path | → [01 05 1] (:method=GET) (:scheme=http) (:path=/#a) (:authority=a) | found 0x23 ("#")
  a scheme that begins with a digit | → [01 05 1] (:method=GET) (:scheme=1http) (:path=/) (:authority=a) | expected a :scheme of letters and digits, found "1http"
  an empty scheme | → [01 05 1] (:method=GET) (:scheme=) (:path=/) (:authority=a) | expected a :scheme of letters and digits, found ""
  no :method | → [01 05 1] (:scheme=http) (:path=/) (:authority=a) | expected :method in a request
  no :scheme | → [01 05 1] (:method=GET) (:path=/) (:authority=a) | expected :scheme in a request
  no :path | → [01 05 1] (:method=GET) (:scheme=http) (:authority=a) | expected :path in a request
  an empty :path | → [01 05 1] (:method=GET) (:scheme=http) (:path=) (:authority=a) | expected a :path, found an empty one
  a :path without "/" | → [01 05 1] (:method=GET) (:scheme=http) (:path=a) (:authority=a) | expected a :path that begins with "/", found "a"
  a user in :authority | → [01 05 1] (:method=GET) (:scheme=http) (:path=/) (:authority=u@a) | expected :authority without a user
  host and :authority that differ | → [01 05 1] (:method=GET) (:scheme=http) (:path=/) (:authority=a) (host=b) | found "b"

RFC 8441, 3
  ENABLE_CONNECT_PROTOCOL taken back | → [04 00 0] 0008 00000001 → [04 00 0] 0008 00000000 | expected ENABLE_CONNECT_PROTOCOL to stay 1
  ENABLE_CONNECT_PROTOCOL of 2 | → [04 00 0] 0008 00000002 | expected 0 or 1 for ENABLE_CONNECT_PROTOCOL
  :protocol that the server has not allowed | → [01 05 1] (:method=CONNECT) (:protocol=websocket) (:scheme=http) (:path=/) (:authority=a) | only after SETTINGS with ENABLE_CONNECT_PROTOCOL

RFC 9218, 2.1
  NO_RFC7540_PRIORITIES changed | → [04 00 0] 0009 00000001 | expected NO_RFC7540_PRIORITIES to stay as it was, 0, found 1
  NO_RFC7540_PRIORITIES of 2 | → [04 00 0] 0009 00000002 | expected 0 or 1 for NO_RFC7540_PRIORITIES

RFC 9218, 7.1
  PRIORITY_UPDATE that is too short | → [10 00 0] 0000 | expected at least 4 bytes
  PRIORITY_UPDATE on a stream | → [01 05 1] ${GET} → [10 00 1] 00000001 | expected PRIORITY_UPDATE on stream 0
  PRIORITY_UPDATE for stream 0 | → [10 00 0] 00000000 | expected PRIORITY_UPDATE for a stream

RFC 9113, 6.8
  GOAWAY that names a stream of its own | → [01 05 1] ${GET} → [07 00 0] 00000001 00000000 | expected a stream that the other side opens as the last one, found 1
  GOAWAY on a stream | → [07 00 1] 00000000 00000000 | expected GOAWAY on stream 0
  GOAWAY that is too short | → [07 00 0] 00000000 | expected at least 8 bytes
  GOAWAY with a higher last stream | → [07 00 0] 00000000 00000000 → [07 00 0] 00000002 00000000 | expected a last stream of at most 0

RFC 9113, 4.2
  a frame that is too large | → [01 04 1] ${POST} → [00 00 1] 00×16385 | expected at most 16,384 bytes of payload, found 16,385

RFC 9113, 5.1
  DATA on a stream that is not open | → [00 01 1] "hi" | expected DATA on a stream that was opened, found stream 1
  RST_STREAM on a stream that is not open | → [03 00 1] 00000008 | expected RST_STREAM on a stream that was opened
  WINDOW_UPDATE on a stream that is not open | → [08 00 1] 00000001 | expected WINDOW_UPDATE on a stream that was opened
  DATA after END_STREAM | → [01 05 1] ${GET} → [00 01 1] "hi" | expected no DATA on stream 1, as this side has ended it
  HEADERS after END_STREAM | → [01 05 1] ${GET} → [01 05 1] ${GET} | expected no HEADERS on stream 1, as this side has ended it
  DATA after RST_STREAM | → [01 04 1] ${POST} → [03 00 1] 00000008 → [00 01 1] "hi" | expected no DATA on stream 1, as this side has ended it
  HEADERS after RST_STREAM | → [01 04 1] ${POST} → [03 00 1] 00000008 → [01 05 1] ${GET} | expected no HEADERS on stream 1, as this side has ended it

RFC 9113, 5.1.1
  an even stream | → [01 05 2] ${GET} | expected an odd stream, as a client opens, found 2
  a stream below the last one | → [01 05 5] ${GET} → [01 05 3] ${GET} | expected a stream above 5, found 3

RFC 7540, 5.3.1
  HEADERS that depend on themselves | → [01 25 1] 00000001 0f ${GET} | found 1 on itself
  PRIORITY that depends on itself | → [02 00 3] 00000003 0f | found 3 on itself

RFC 9113, 6.1
  DATA on stream 0 | → [00 01 0] "hi" | expected DATA on a stream
  padding that is longer than the frame | → [01 04 1] ${POST} → [00 09 1] 05 "hi" | expected padding shorter than the frame

RFC 9113, 6.2
  padding of HEADERS that is longer than the frame | → [01 0d 1] ff ${GET} | expected room for padding
  HEADERS on stream 0 | → [01 05 0] ${GET} | expected HEADERS on a stream

RFC 9113, 6.10
  another frame within a header section | → [01 01 1] 8286 → [06 00 0] 0102030405060708 | expected CONTINUATION of stream 1, found PING
  HEADERS of another stream within a header section | → [01 01 1] 8286 → [01 05 3] ${GET} | expected CONTINUATION of stream 1, found HEADERS
  CONTINUATION of another stream | → [01 01 1] 8286 → [09 04 3] 84 | found CONTINUATION of stream 3
  CONTINUATION of nothing | → [01 05 1] ${GET} → [09 04 1] 84 | expected CONTINUATION only after
  CONTINUATION on stream 0 | → [01 01 1] 8286 → [09 04 0] 84 | found CONTINUATION of stream 0

RFC 9113, 6.3
  PRIORITY on stream 0 | → [02 00 0] 00000001 0f | expected PRIORITY on a stream
  PRIORITY of another size | → [02 00 1] 00000001 | expected 5 bytes of payload

RFC 9113, 6.4
  RST_STREAM on stream 0 | → [03 00 0] 00000008 | expected RST_STREAM on a stream
  RST_STREAM of another size | → [01 04 1] ${POST} → [03 00 1] 000008 | expected 4 bytes of payload

RFC 9113, 6.5
  SETTINGS on a stream | → [04 00 1] | expected SETTINGS on stream 0
  SETTINGS of another size | → [04 00 0] 0001 | expected 6 bytes of payload for each setting
  an acknowledgement with a payload | → [04 01 0] 0003 00000064 | expected no payload in an acknowledgement

RFC 9113, 6.5.2
  ENABLE_PUSH of 2 | → [04 00 0] 0002 00000002 | expected 0 or 1 for ENABLE_PUSH, found 2
  a window that is too large | → [04 00 0] 0004 80000000 | INITIAL_WINDOW_SIZE of at most 2,147,483,647, found 2,147,483,648
  a frame size that is too small | → [04 00 0] 0005 00003fff | expected a MAX_FRAME_SIZE from 16,384
  a frame size that is too large | → [04 00 0] 0005 01000000 | found 16,777,216

RFC 9113, 6.5.3
  an acknowledgement of nothing | → [04 01 0] → [04 01 0] | expected SETTINGS that this acknowledges

RFC 9113, 6.7
  PING on a stream | → [06 00 1] 0102030405060708 | expected PING on stream 0
  PING of another size | → [06 00 0] 01 | expected 8 bytes of payload
  an answer to no PING | → [06 01 0] 0102030405060708 | expected a PING that this acknowledges

RFC 9113, 6.9
  WINDOW_UPDATE of 0 | → [08 00 0] 00000000 | expected an increment of at least 1
  WINDOW_UPDATE of 0 on a stream | → [01 04 1] ${POST} → [08 00 1] 00000000 | expected an increment of at least 1
  WINDOW_UPDATE of another size | → [08 00 0] 000001 | expected 4 bytes of payload

RFC 9113, 6.9.1
  a window of the connection that is too wide | → [08 00 0] 7fffffff → [08 00 0] 7fffffff | expected a window of at most 2,147,483,647
  a window of a stream that is too wide | → [01 04 1] ${POST} → [08 00 1] 7fffffff → [08 00 1] 7fffffff | expected a window of at most 2,147,483,647
  more data than the window allows | → [01 04 1] ${POST} → [00 00 1] 00×16000 → [00 00 1] 00×16000 → [00 00 1] 00×16000 → [00 00 1] 00×16000 → [00 00 1] 00×16000 | expected at most 1,535 bytes, as the window allows, found 16,000

RFC 9113, 6.9.2
  a setting that makes a window too wide | → [01 04 1] ${POST} → [08 00 1] 00000002 → [04 00 0] 0004 7fffffff | expected no window above 2,147,483,647

RFC 9113, 8.1
  a second header section without END_STREAM | → [01 04 1] ${POST} → [01 04 1] (x=y) | expected END_STREAM on the second header section of stream 1
  a pseudo-header in trailers | → [01 04 1] ${POST} → [01 05 1] (:method=GET) | expected no pseudo-header in trailers, found ":method"

RFC 9113, 8.1.1
  less DATA than content-length says | → [01 04 1] ${POST} (content-length=5) → [00 01 1] "hi" | expected 5 bytes of DATA, as content-length says, found 2
  more DATA than content-length says | → [01 04 1] ${POST} (content-length=1) → [00 01 1] "hi" | expected 1 byte of DATA, as content-length says, found 2
  DATA in two frames, and another length | → [01 04 1] ${POST} (content-length=3) → [00 00 1] "hi" → [00 01 1] "hi" | expected 3 bytes of DATA
  a content-length, and no DATA | → [01 05 1] ${POST} (content-length=5) | expected 5 bytes of DATA, as content-length says, found 0

RFC 9110, 8.6
  a content-length that is none | → [01 05 1] ${GET} (content-length=x) | expected a content-length of digits, found "x"
  two content-lengths | → [01 05 1] ${GET} (content-length=0) (content-length=0) | expected content-length once

RFC 9113, 8.2.1
  capital letters in a name | → [01 05 1] ${GET} (X-A=b) | expected a field name in lower case, found "X-A"
  a space in a name | → [01 05 1] ${GET} (x a=b) | expected a token as the field name, found "x a"
  a colon within a name | → [01 05 1] ${GET} (x:a=b) | found "x:a"
  NUL in a value | → [01 05 1] ${GET} (x=a\u0000b) | expected no control character in x, found 0x00
  CR LF in a value | → [01 05 1] ${GET} (x=a⏎b) | found 0x0d (CR)
  LF in a value | → [01 05 1] ${GET} (x=a\nb) | found 0x0a (LF)
  a space before a value | → [01 05 1] ${GET} (x= a) | expected no space around the value of x
  a tab after a value | → [01 05 1] ${GET} (x=a\t) | expected no space around the value of x

RFC 9110, 5.5
  a control character in a value | → [01 05 1] ${GET} (x=a\u0001b) | found 0x01

RFC 9113, 8.2.2
  connection | → [01 05 1] ${GET} (connection=x) | expected no field of the connection, found connection
  keep-alive | → [01 05 1] ${GET} (keep-alive=x) | expected no field of the connection, found keep-alive
  proxy-connection | → [01 05 1] ${GET} (proxy-connection=x) | expected no field of the connection, found proxy-connection
  transfer-encoding | → [01 05 1] ${GET} (transfer-encoding=x) | expected no field of the connection, found transfer-encoding
  upgrade | → [01 05 1] ${GET} (upgrade=x) | expected no field of the connection, found upgrade
  te: gzip | → [01 05 1] ${GET} (te=gzip) | expected no te but "trailers", found "gzip"

RFC 9113, 8.3
  an unknown pseudo-header | → [01 05 1] (:method=GET) (:scheme=http) (:path=/) (:authority=a) (:test=x) | expected a pseudo-header of a request, found ":test"
  :status in a request | → [01 05 1] (:method=GET) (:scheme=http) (:path=/) (:authority=a) (:status=200) | expected a pseudo-header of a request, found ":status"
  a pseudo-header after a field | → [01 05 1] (:method=GET) (:scheme=http) (:authority=a) (x=y) (:path=/) | expected :path before all other fields
  two of a pseudo-header | → [01 05 1] (:method=GET) (:method=GET) (:scheme=http) (:path=/) (:authority=a) | expected :method once

RFC 9113, 8.5
  :path with CONNECT | → [01 05 1] (:method=CONNECT) (:path=/) (:authority=a) | expected no :path with CONNECT
  no :authority with CONNECT | → [01 05 1] (:method=CONNECT) | expected :authority with CONNECT

RFC 8441, 4
  :protocol without CONNECT | → [01 05 1] (:method=GET) (:scheme=http) (:path=/) (:authority=a) (:protocol=x) | expected :protocol only with CONNECT

RFC 9113, 8.4
  PUSH_PROMISE from a client | → [01 05 1] ${GET} → [05 04 1] 00000002 ${GET} | expected no PUSH_PROMISE from a client

RFC 7541, 2.3.3
  an index that no table has | → [01 05 1] ${GET} bf | expected an index from 1 to 62, found 63
  index 0 | → [01 05 1] ${GET} 80 | found 0

RFC 7541, 5.2
  padding of a Huffman-coded string | → [01 05 1] ${GET} 00 82 1fff 00 | expected at most 7 bits of padding
  the end-of-string symbol | → [01 05 1] ${GET} 00 84 ffffffff 00 | expected no end-of-string symbol

RFC 7541, 4.2
  a change of the table size after a field | → [01 05 1] ${GET} 20 | before all fields

RFC 7541, 6.3
  a table that is larger than allowed | → [01 05 1] 3f e2 1f ${GET} | expected a table of at most 4,096 bytes`,
  stepsOf,
);

/** What a server sends to GET on stream 1. */
export const SERVER = casesOf(
  String.raw`
allowed
  a response | ← [01 05 1] 88
  a response with a body | ← [01 04 1] 88 (content-length=2) ← [00 01 1] "hi"
  an interim response | ← [01 04 1] (:status=103) ← [01 05 1] 88
  trailers | ← [01 04 1] 88 ← [00 00 1] "hi" ← [01 05 1] (digest=x)
  a 304 with a length | ← [01 05 1] (:status=304) (content-length=5)
  RST_STREAM after a response | ← [01 04 1] 88 ← [03 00 1] 00000000

RFC 9110, 8.6
  content-length with 204 | ← [01 05 1] (:status=204) (content-length=5) | expected no content-length in a 204
  content-length with 103 | ← [01 04 1] (:status=103) (content-length=5) | expected no content-length in a 103

RFC 9218, 7.1
  PRIORITY_UPDATE | ← [10 00 0] 00000001 | expected no PRIORITY_UPDATE from a server

RFC 7838, 4
  ALTSVC without an origin on stream 0 | ← [0a 00 0] 0000 "a" | expected ALTSVC with an origin on stream 0
  ALTSVC with an origin on a stream | ← [0a 00 1] 0001 "ab" | expected ALTSVC without an origin on a stream

RFC 9113, 6.8
  GOAWAY with a stream of its own | ← [07 00 0] 00000002 00000000 | expected a stream that the other side opens as the last one, found 2
  GOAWAY with a higher last stream | ← [07 00 0] 00000001 00000000 ← [07 00 0] 00000003 00000000 | expected a last stream of at most 1

RFC 9113, 5.1
  a response that nobody asked for | ← [01 05 5] 88 | expected HEADERS on a stream that was opened, found stream 5
  a response on an even stream | ← [01 05 2] 88 | expected HEADERS on a stream that was promised, found stream 2
  DATA after END_STREAM | ← [01 05 1] 88 ← [00 01 1] "hi" | expected no DATA on stream 1

RFC 9113, 8.1
  DATA before HEADERS | ← [00 01 1] "hi" | expected HEADERS before DATA on stream 1
  DATA after an interim response | ← [01 04 1] (:status=103) ← [00 01 1] "hi" | expected HEADERS before DATA on stream 1
  an interim response that ends the stream | ← [01 05 1] (:status=103) | expected another header section after 103
  a second response | ← [01 04 1] 88 ← [01 04 1] 88 | expected END_STREAM on the second header section
  :status in trailers | ← [01 04 1] 88 ← [01 05 1] 88 | expected no pseudo-header in trailers

RFC 9113, 8.1.1
  less DATA than content-length says | ← [01 04 1] 88 (content-length=5) ← [00 01 1] "hi" | expected 5 bytes of DATA
  more DATA than content-length says | ← [01 04 1] 88 (content-length=1) ← [00 01 1] "hi" | expected 1 byte of DATA

RFC 9110, 15.3.5
  DATA after 204 | ← [01 04 1] 89 ← [00 01 1] "hi" | expected no DATA after 204

RFC 9110, 15.4.5
  DATA after 304 | ← [01 04 1] 8b ← [00 01 1] "hi" | expected no DATA after 304

RFC 9113, 8.2.1
  capital letters in a name | ← [01 05 1] (:status=200) (X-A=b) | in lower case
  CR LF in a value | ← [01 05 1] (:status=200) (x=a⏎b) | found 0x0d (CR)

RFC 9113, 8.2.2
  proxy-connection | ← [01 05 1] (:status=200) (proxy-connection=keep-alive) | found proxy-connection
  transfer-encoding | ← [01 05 1] (:status=200) (transfer-encoding=chunked) | found transfer-encoding

RFC 9113, 8.3
  :path in a response | ← [01 05 1] (:status=200) (:path=/) | expected a pseudo-header of a response, found ":path"
  two of :status | ← [01 05 1] (:status=200) (:status=200) | expected :status once
  :status after a field | ← [01 05 1] (x=y) (:status=200) | expected :status before all other fields

RFC 9113, 8.3.2
  no :status | ← [01 05 1] (x=y) | expected :status in a response
  a :status of two digits | ← [01 05 1] (:status=20) | expected a :status of three digits, found "20"

RFC 9113, 8.6
  a 101 | ← [01 05 1] (:status=101) | expected no 101

RFC 9113, 5.1.1
  an odd promised stream | ← [05 04 1] 00000003 ${GET} | expected an even promised stream above 0, found 3

RFC 9113, 6.5.2
  ENABLE_PUSH from a server | ← [04 00 0] 0002 00000001 | expected no ENABLE_PUSH of 1 from a server

RFC 9113, 6.9
  WINDOW_UPDATE of 0 | ← [08 00 0] 00000000 | expected an increment of at least 1`,
  stepsOf,
);

export type Http2Case = (typeof CLIENT)[number];
