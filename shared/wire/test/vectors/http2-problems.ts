import { http2Decoder } from '../../http2/decoder.ts';
import { BEGIN, BEGUN, FIRST } from './http2-frames.ts';
import { vectors } from './vector.ts';

/** What HTTP/2 does not allow. */
export const http2ProblemVectors = [
  ...vectors(
    http2Decoder,
    String.raw`
not the preface
→ "PRI * HTTP/1.1⏎⏎"
  up 0+12 [malformed] expected the preface of HTTP/2, found "PRI * HTTP/1" (RFC 9113, 3.4) (byte 11) ! expected the preface of HTTP/2, found "PRI * HTTP/1" (RFC 9113, 3.4)
  up 12+6 [bytes] bytes: 6 bytes, not decoded`,
  ),
  ...vectors(
    http2Decoder,
    String.raw`
a block that another frame interrupts
→ [01 00 1] 82
→ [06 00 0] 00×8
→ [01 05 3] 82
  up 33+10 [http/2 HEADERS] HEADERS, stream 1, continued: 10 bytes
  up 43+17 [http/2 PING] PING: 17 bytes ! expected CONTINUATION of stream 1, found PING of stream 0 (RFC 9113, 6.10)
  up 60+10 [http/2 HEADERS] HEADERS, stream 3: 10 bytes, ends the stream ! the fields cannot be read, as an earlier block could not

a continuation of nothing
→ [09 04 1] 82
  up 33+10 [http/2 CONTINUATION] CONTINUATION, stream 1: 10 bytes ! expected CONTINUATION only after a HEADERS frame that is not complete (RFC 9113, 6.10)

an index that no table has
→ [01 05 1] ff00
→ [01 05 3] ${FIRST}
  up 33+11 [http/2 HEADERS] HEADERS, stream 1: 11 bytes, ends the stream ! expected an index from 1 to 61, found 127 (RFC 7541, 2.3.3)
  up 44+29 [http/2 HEADERS] HEADERS, stream 3: 29 bytes, ends the stream ! the fields cannot be read, as an earlier block could not

a string that is longer than its block
→ [01 05 1] 00 7f 00
  up 33+12 [http/2 HEADERS] HEADERS, stream 1: 12 bytes, ends the stream ! expected a string of 127 bytes, found 0 (RFC 7541, 5.2)

Huffman code with wrong padding
→ [01 05 1] 0081 f0 00
  up 33+13 [http/2 HEADERS] HEADERS, stream 1, trailers: 13 bytes, ends the stream ! expected at most 7 bits of padding, all of them 1 (RFC 7541, 5.2)

the wrong size
→ [04 00 0] 0001
→ [06 00 0] 00
→ [08 00 1] 00
→ [03 00 1] 
→ [07 00 0] 00
  up 33+11 [http/2 SETTINGS] SETTINGS: 11 bytes, 0 values ! expected 6 bytes of payload for each setting, found 2 (RFC 9113, 6.5)
  up 44+10 [http/2 PING] PING: 10 bytes ! expected 8 bytes of payload, found 1 (RFC 9113, 6.7)
  up 54+10 [http/2 WINDOW_UPDATE] WINDOW_UPDATE, stream 1: 10 bytes, 0 more may be sent ! expected 4 bytes of payload, found 1 (RFC 9113, 6.9)
  up 64+9 [http/2 RST_STREAM] RST_STREAM, stream 1, NO_ERROR: 9 bytes ! expected 4 bytes of payload, found 0 (RFC 9113, 6.4)
  up 73+10 [http/2 GOAWAY] GOAWAY, NO_ERROR: 10 bytes, last stream 0 ! expected at least 8 bytes of payload, found 1 (RFC 9113, 6.8)

the wrong stream
→ [04 00 1]
→ [00 00 0]
→ [01 05 0] 82
  up 33+9 [http/2 SETTINGS] SETTINGS, stream 1: 9 bytes, 0 values ! expected SETTINGS on stream 0, found 1 (RFC 9113, 6.5)
  up 42+9 [http/2 DATA] DATA, stream 0: 9 bytes, 0 of data ! expected DATA on a stream, found stream 0 (RFC 9113, 6.1)
  up 51+10 [http/2 HEADERS] HEADERS, stream 0, GET : 10 bytes, ends the stream ! expected HEADERS on a stream, found stream 0 (RFC 9113, 6.2)

more padding than there is room
→ [00 08 1] 05 "hi"
→ [01 0c 1] 05 82
  up 33+12 [http/2 DATA] DATA, stream 1: 12 bytes, 0 of data ! expected padding shorter than the frame, found 5 bytes (RFC 9113, 6.1)
  up 45+11 [http/2 HEADERS] HEADERS, stream 1: 11 bytes ! expected room for padding and priority, found 2 bytes of payload (RFC 9113, 6.2)

a frame that is not complete
→ 000008 06 00 00000000 0102
  up 33+11 [malformed] expected the rest of a frame, the connection ended (byte 33) ! expected the rest of a frame, the connection ended`,
    { steps: BEGIN, units: BEGUN },
  ),
];
