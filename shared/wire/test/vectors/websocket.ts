import { webSocketDecoder } from '../../websocket/decoder.ts';
import { vectors } from './vector.ts';

const HELLO = '48656c6c6f';

/** RFC 6455, 5.7 first, then what it implies. */
export const webSocketVectors = vectors(
  () => webSocketDecoder(),
  String.raw`
text
← 81 05 ${HELLO}
  down 0+7 [websocket text] text: 7 bytes, 5 of payload

masked text
→ 81 85 37fa213d 7f9f4d5158
  up 0+11 [websocket text] text: 11 bytes, 5 of payload

text in two fragments
← 01 03 48656c 80 02 6c6f
  down 0+5 [websocket text] text, first fragment “Hel”: 5 bytes, 3 of payload
  down 5+4 [websocket continuation] continuation, last fragment “lo”: 4 bytes, 2 of payload
    down 0+9 [websocket message] message, text, of 2 frames: 5 bytes

ping
← 89 05 ${HELLO}
  down 0+7 [websocket ping] ping “Hello”: 7 bytes, 5 of payload

masked pong
→ 8a 85 37fa213d 7f9f4d5158
  up 0+11 [websocket pong] pong “Hello”: 11 bytes, 5 of payload

ping and pong
→ 89 85 37fa213d 7f9f4d5158
← 8a 05 ${HELLO}
  up 0+11 [websocket ping] ping “Hello”: 11 bytes, 5 of payload
  down 0+7 [websocket pong] pong “Hello”: 7 bytes, 5 of payload

binary, 256 bytes
← 82 7e 0100 00×256
  down 0+260 [websocket binary] binary: 260 bytes, 256 of payload

binary, 65,536 bytes
← 82 7f 0000000000010000 fe×65536
  down 0+65546 [websocket binary] binary: 65,546 bytes, 65,536 of payload

125 and 126 bytes
← 82 7d 00×125 82 7e 007e 00×126
  down 0+127 [websocket binary] binary: 127 bytes, 125 of payload
  down 127+130 [websocket binary] binary: 130 bytes, 126 of payload

an empty text
← 81 00
  down 0+2 [websocket text] text: 2 bytes, 0 of payload

a ping between two fragments
← 01 03 48656c 89 01 78 80 02 6c6f 81 01 79
  down 0+5 [websocket text] text, first fragment “Hel”: 5 bytes, 3 of payload
  down 5+3 [websocket ping] ping “x”: 3 bytes, 1 of payload
  down 8+4 [websocket continuation] continuation, last fragment “lo”: 4 bytes, 2 of payload
    down 0+5,8+4 [websocket message] message, text, of 2 frames: 5 bytes
  down 12+3 [websocket text] text: 3 bytes, 1 of payload

a character cut by fragments
← 01 02 5ac3 80 02 bc72
  down 0+4 [websocket text] text, first fragment: 4 bytes, 2 of payload
  down 4+4 [websocket continuation] continuation, last fragment: 4 bytes, 2 of payload
    down 0+8 [websocket message] message, text, of 2 frames: 4 bytes

close without a code
← 88 00
  down 0+2 [websocket close] close: 2 bytes, 0 of payload

close with a reason
← 88 05 03e8 627965
  down 0+7 [websocket close] close 1000 “bye”: 7 bytes, 5 of payload

close with one byte
← 88 01 03
  down 0+3 [websocket close] close: 3 bytes, 1 of payload ! expected a close code of 2 bytes, found 1 byte (RFC 6455, 5.5.1)

a close code that is never sent
← 88 02 03ed
  down 0+4 [websocket close] close 1005: 4 bytes, 2 of payload ! expected a close code that may be sent, found 1005 (RFC 6455, 7.4.1)

a reason that is not UTF-8
← 88 03 03e8 ff
  down 0+5 [websocket close] close 1000 “�”: 5 bytes, 3 of payload ! expected a reason in UTF-8, found other bytes (RFC 6455, 5.5.1)

a frame after close
← 88 00 81 00
  down 0+2 [websocket close] close: 2 bytes, 0 of payload
  down 2+2 [websocket text] text: 2 bytes, 0 of payload ! expected no more messages after a close frame (RFC 6455, 5.5.1)

text that is not UTF-8
← 81 02 c328
  down 0+4 [websocket text] text: 4 bytes, 2 of payload ! expected text in UTF-8, found other bytes (RFC 6455, 8.1)

text that ends within a character
← 81 01 c3
  down 0+3 [websocket text] text: 3 bytes, 1 of payload ! expected a whole character of UTF-8 at the end (RFC 6455, 8.1)

a surrogate in UTF-8
← 81 03 eda080
  down 0+5 [websocket text] text: 5 bytes, 3 of payload ! expected text in UTF-8, found other bytes (RFC 6455, 8.1)

no mask from a client
→ 81 05 ${HELLO}
  up 0+7 [websocket text] text: 7 bytes, 5 of payload ! expected a masked frame, as every frame from a client is (RFC 6455, 5.1)

a mask from a server
← 81 85 37fa213d 7f9f4d5158
  down 0+11 [websocket text] text: 11 bytes, 5 of payload ! expected no mask, as in every frame from a server (RFC 6455, 5.1)

RSV1 without an extension
← c1 05 ${HELLO}
  down 0+7 [websocket text] text: 7 bytes, 5 of payload ! expected RSV1 to be 0: no compression was agreed upon (RFC 6455, 5.2)

RSV3
← 91 05 ${HELLO}
  down 0+7 [websocket text] text: 7 bytes, 5 of payload ! expected RSV2 and RSV3 to be 0: no extension uses them (RFC 6455, 5.2)

an opcode in reserve
← 83 00 8b 00
  down 0+2 [websocket reserved] reserved: 2 bytes, 0 of payload ! expected an opcode of 0, 1, 2, 8, 9 or 10, found 3 (RFC 6455, 5.2)
  down 2+2 [websocket reserved] reserved: 2 bytes, 0 of payload ! expected an opcode of 0, 1, 2, 8, 9 or 10, found 11 (RFC 6455, 5.2)

a fragmented ping
← 09 00
  down 0+2 [websocket ping] ping: 2 bytes, 0 of payload ! expected a control frame in one piece, found a fragment (RFC 6455, 5.5)

a long ping
← 89 7e 007e 00×126
  down 0+130 [websocket ping] ping: 130 bytes, 126 of payload ! expected at most 125 bytes in a control frame, found 126 (RFC 6455, 5.5)

a length that is longer than it must
← 81 7e 0005 ${HELLO}
  down 0+9 [websocket text] text: 9 bytes, 5 of payload ! expected 5 in the shortest form of a length (RFC 6455, 5.2)

a length beyond all
← 81 7f 8000000000000000 6869
  down 0+10 [malformed] expected 0 as the first bit of a length, found 1 (RFC 6455, 5.2) (byte 0) ! expected 0 as the first bit of a length, found 1 (RFC 6455, 5.2)
  down 10+2 [bytes] bytes: 2 bytes, not decoded

a continuation of nothing
← 80 00
  down 0+2 [websocket continuation] continuation, last fragment: 2 bytes, 0 of payload ! expected a message to continue, found none (RFC 6455, 5.4)

a message within a message
← 01 01 61 81 01 62 80 01 63
  down 0+3 [websocket text] text, first fragment “a”: 3 bytes, 1 of payload
  down 3+3 [websocket text] text: 3 bytes, 1 of payload ! expected the rest of the message before, found a new one (RFC 6455, 5.4)
  down 6+3 [websocket continuation] continuation, last fragment: 3 bytes, 1 of payload ! expected a message to continue, found none (RFC 6455, 5.4)

half a header
← 81 7e 01
  down 0+3 [malformed] expected the rest of a frame, the connection ended after 3 bytes of it (RFC 6455, 5.2) (byte 0) ! expected the rest of a frame, the connection ended after 3 bytes of it (RFC 6455, 5.2)

half a frame
← 81 05 4865
  down 0+4 [malformed] expected the rest of a frame, the connection ended after 4 bytes of it (RFC 6455, 5.2) (byte 0) ! expected the rest of a frame, the connection ended after 4 bytes of it (RFC 6455, 5.2)`,
);
