import { http2Decoder } from '../../http2/decoder.ts';
import { BEGIN, BEGUN, FIRST } from './http2-frames.ts';
import { vectors } from './vector.ts';

// RFC 7541 C.3.2, and responses made of the static table.
const SECOND = '828684be 58086e6f2d6361636865';
const OK = '88';
const EVENTS = '88 0f10 11 746578742f6576656e742d73747265616d';

/** RFC 9113, RFC 8441, RFC 9218. */
export const http2Vectors = vectors(
  http2Decoder,
  String.raw`
the beginning: preface, settings, their acknowledgements
→ [04 00 0] 0003 00000064 0004 0000ffff
→ [04 01 0]
← [04 01 0]
← [04 01 0]
  up 33+21 [http/2 SETTINGS] SETTINGS: 21 bytes, 2 values
  up 54+9 [http/2 SETTINGS] SETTINGS, acknowledged: 9 bytes
  down 9+9 [http/2 SETTINGS] SETTINGS, acknowledged: 9 bytes
  down 18+9 [http/2 SETTINGS] SETTINGS, acknowledged: 9 bytes

two requests that share a table, and their answers
→ [01 05 1] ${FIRST}
→ [01 05 3] ${SECOND}
← [01 04 1] ${OK}
← [00 01 1] "Hello"
← [01 05 3] 89
  up 33+29 [http/2 HEADERS] HEADERS, stream 1, GET /: 29 bytes, ends the stream
  up 62+23 [http/2 HEADERS] HEADERS, stream 3, GET /: 23 bytes, ends the stream
  down 9+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes
  down 19+14 [http/2 DATA] DATA, stream 1: 14 bytes, 5 of data, ends the stream
  down 33+10 [http/2 HEADERS] HEADERS, stream 3, 204 No Content: 10 bytes, ends the stream

a header block in three frames
→ [01 01 1] 828684
→ [09 00 1] 410f7777772e65
→ [09 04 1] 78616d706c652e636f6d
  up 33+12 [http/2 HEADERS] HEADERS, stream 1, continued: 12 bytes, ends the stream
  up 45+16 [http/2 CONTINUATION] CONTINUATION, stream 1, a part: 16 bytes
  up 61+19 [http/2 CONTINUATION] CONTINUATION, stream 1, the last part: 19 bytes
    up 42+3,54+7,70+10 [http/2 header list] header list of stream 1, GET /: 20 bytes in 3 frames

padding and priority
→ [01 2d 1] 02 00000000 0f ${FIRST} 0000
← [01 04 1] ${OK}
← [00 09 1] 03 "hi" 000000
  up 33+37 [http/2 HEADERS] HEADERS, stream 1, GET /: 37 bytes, ends the stream
  down 9+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes
  down 19+15 [http/2 DATA] DATA, stream 1: 15 bytes, 2 of data, ends the stream

a body in two frames, and trailers
→ [01 04 1] 838684 410161
→ [00 00 1] "one "
→ [00 00 1] "two"
→ [01 05 1] 4003782d74 0131
← [01 05 1] ${OK}
  up 33+15 [http/2 HEADERS] HEADERS, stream 1, POST /: 15 bytes
  up 48+13 [http/2 DATA] DATA, stream 1: 13 bytes, 4 of data
  up 61+12 [http/2 DATA] DATA, stream 1: 12 bytes, 3 of data
  up 73+16 [http/2 HEADERS] HEADERS, stream 1, trailers: 16 bytes, ends the stream
    up 57+4,70+3 [body] body: 7 bytes
  down 9+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes, ends the stream

an interim answer before the answer
→ [01 05 1] ${FIRST}
← [01 04 1] 4803313033
← [01 05 1] ${OK}
  up 33+29 [http/2 HEADERS] HEADERS, stream 1, GET /: 29 bytes, ends the stream
  down 9+14 [http/2 HEADERS] HEADERS, stream 1, 103 Early Hints: 14 bytes
  down 23+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes, ends the stream

windows, and reasons to end
→ [01 04 1] ${FIRST}
→ [00 00 1] 00×100
← [08 00 1] 00000064
← [08 00 0] 00000064
← [03 00 1] 00000008
← [07 00 0] 00000001 0000000b "too many"
  up 33+29 [http/2 HEADERS] HEADERS, stream 1, GET /: 29 bytes
  up 62+109 [http/2 DATA] DATA, stream 1: 109 bytes, 100 of data
  down 9+13 [http/2 WINDOW_UPDATE] WINDOW_UPDATE, stream 1: 13 bytes, 100 more may be sent
  down 22+13 [http/2 WINDOW_UPDATE] WINDOW_UPDATE: 13 bytes, 100 more may be sent
  down 35+13 [http/2 RST_STREAM] RST_STREAM, stream 1, CANCEL: 13 bytes
  down 48+25 [http/2 GOAWAY] GOAWAY, ENHANCE_YOUR_CALM: 25 bytes, last stream 1

ping, priority, and frames of extensions
→ [06 00 0] 0102030405060708
← [06 01 0] 0102030405060708
→ [02 00 3] 00000001 0f
→ [10 00 0] 00000001 "u=1, i"
← [0a 00 0] 0001 "a" "h3=\":443\""
← [0c 00 0] 0009 "https://a"
← [2a ff 7] c0ffee
  up 33+17 [http/2 PING] PING: 17 bytes
  down 9+17 [http/2 PING] PING, acknowledged: 17 bytes
  up 50+14 [http/2 PRIORITY] PRIORITY, stream 3: 14 bytes
  up 64+19 [http/2 PRIORITY_UPDATE] PRIORITY_UPDATE, stream 1 “u=1, i”: 19 bytes
  down 26+21 [http/2 ALTSVC] ALTSVC: 21 bytes
  down 47+20 [http/2 ORIGIN] ORIGIN: 20 bytes
  down 67+12 [http/2 unknown frame] unknown type 42, stream 7: 12 bytes

a promise
→ [01 05 1] ${FIRST}
← [05 04 1] 00000002 828684 410161
← [01 05 2] ${OK}
← [01 05 1] ${OK}
  up 33+29 [http/2 HEADERS] HEADERS, stream 1, GET /: 29 bytes, ends the stream
  down 9+19 [http/2 PUSH_PROMISE] PUSH_PROMISE, stream 1, GET /: 19 bytes
  down 28+10 [http/2 HEADERS] HEADERS, stream 2, 200 OK: 10 bytes, ends the stream
  down 38+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes, ends the stream

events, one of them in two frames
→ [01 05 1] ${FIRST}
← [01 04 1] ${EVENTS}
← [00 00 1] "id: 1\ndata: a\n\ndata"
← [00 08 1] 01 ": b\n\n" 00
← [00 01 1] ":\n\ndata: c"
  up 33+29 [http/2 HEADERS] HEADERS, stream 1, GET /: 29 bytes, ends the stream
  down 9+30 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 30 bytes
    down 48+15 [event] event 1: 15 bytes, 1 of data
  down 39+28 [http/2 DATA] DATA, stream 1: 28 bytes, 19 of data
    down 63+4,77+5 [event] event: 9 bytes, 1 of data
  down 67+16 [http/2 DATA] DATA, stream 1: 16 bytes, 5 of data
    down 92+3 [comment] comment: 3 bytes, unseen by the page
  down 83+19 [http/2 DATA] DATA, stream 1: 19 bytes, 10 of data, ends the stream
    down 95+7 [no event] unfinished event: 7 bytes, discarded: the stream ended before a blank line

a WebSocket inside a stream
← [04 00 0] 0008 00000001
→ [01 04 1] 0207434f4e4e454354 4009 3a70726f746f636f6c 09 776562736f636b6574 86 84 410161
← [01 04 1] ${OK}
→ [00 00 1] 81 85 37fa21
→ [00 00 1] 3d 7f9f4d5158
← [00 00 1] 81 05 48656c6c6f 81
← [00 01 1] 00
  down 9+15 [http/2 SETTINGS] SETTINGS: 15 bytes, 1 value
  up 33+44 [http/2 HEADERS] HEADERS, stream 1, CONNECT /: 44 bytes
  down 24+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes
  up 77+14 [http/2 DATA] DATA, stream 1: 14 bytes, 5 of data
    up 86+5,100+6 [websocket text] text: 11 bytes, 5 of payload
  up 91+15 [http/2 DATA] DATA, stream 1: 15 bytes, 6 of data
    down 43+7 [websocket text] text: 7 bytes, 5 of payload
  down 34+17 [http/2 DATA] DATA, stream 1: 17 bytes, 8 of data
    down 50+1,60+1 [websocket text] text: 2 bytes, 0 of payload
  down 51+10 [http/2 DATA] DATA, stream 1: 10 bytes, 1 of data, ends the stream

a stream that is reset while its body comes
→ [01 05 1] ${FIRST}
← [01 04 1] ${OK}
← [00 00 1] "one"
← [00 00 1] "two"
→ [03 00 1] 00000008
  up 33+29 [http/2 HEADERS] HEADERS, stream 1, GET /: 29 bytes, ends the stream
  down 9+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes
  down 19+12 [http/2 DATA] DATA, stream 1: 12 bytes, 3 of data
  down 31+12 [http/2 DATA] DATA, stream 1: 12 bytes, 3 of data
  up 62+13 [http/2 RST_STREAM] RST_STREAM, stream 1, CANCEL: 13 bytes
    down 28+3,40+3 [body] body: 6 bytes ! the stream was reset`,
  { steps: BEGIN, units: BEGUN },
);
