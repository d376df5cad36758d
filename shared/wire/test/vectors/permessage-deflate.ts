import { webSocketDecoder } from '../../websocket/decoder.ts';
import { vectors } from './vector.ts';

const HELLO = '48656c6c6f';
const deflated = (contextTakeover: boolean) => () =>
  webSocketDecoder({
    deflate: { up: { contextTakeover }, down: { contextTakeover } },
  });

/** RFC 7692, 7.2.3 first, then what it implies. */
export const deflateVectors = [
  ...vectors(
    deflated(true),
    String.raw`
compressed text
← c1 07 f248cdc9c90700
  down 0+9 [websocket text] text: 9 bytes, 7 of payload, 5 once inflated

compressed text in two fragments
← 41 03 f248cd 80 04 c9c90700
  down 0+5 [websocket text] text, first fragment “He”: 5 bytes, 3 of payload
  down 5+6 [websocket continuation] continuation, last fragment: 6 bytes, 4 of payload
    down 0+11 [websocket message] message, text, of 2 frames: 5 bytes

compressed twice, with context takeover
← c1 07 f248cdc9c90700 c1 05 f200110000
  down 0+9 [websocket text] text: 9 bytes, 7 of payload, 5 once inflated
  down 9+7 [websocket text] text: 7 bytes, 5 of payload, 5 once inflated

compressed, in a stored block
← c1 0b 000500faff 48656c6c6f 00
  down 0+13 [websocket text] text: 13 bytes, 11 of payload, 5 once inflated

compressed, with a final block
← c1 08 f348cdc9c9070000
  down 0+10 [websocket text] text: 10 bytes, 8 of payload, 5 once inflated

compressed, in two blocks
← c1 0d f248050000 00ffff cac9c90700
  down 0+15 [websocket text] text: 15 bytes, 13 of payload, 5 once inflated

not compressed although it may be
← 81 05 ${HELLO}
  down 0+7 [websocket text] text: 7 bytes, 5 of payload

masked and compressed
→ c1 87 01020304 f34acecdc80503
  up 0+13 [websocket text] text: 13 bytes, 7 of payload, 5 once inflated

compressed text that cannot be inflated
← c1 02 0700 c1 07 f248cdc9c90700
  down 0+4 [websocket text] text: 4 bytes, 2 of payload, 0 once inflated ! it cannot be inflated: expected a block of type 0, 1 or 2, found 3 (RFC 1951, 3.2)
  down 4+9 [websocket text] text: 9 bytes, 7 of payload, 0 once inflated ! it cannot be inflated, as an earlier message could not

RSV1 on a continuation
← 41 03 f248cd c0 04 c9c90700
  down 0+5 [websocket text] text, first fragment “He”: 5 bytes, 3 of payload
  down 5+6 [websocket continuation] continuation, last fragment: 6 bytes, 4 of payload ! expected RSV1 only on the first frame of a message (RFC 7692, 6.1)
    down 0+11 [websocket message] message, text, of 2 frames: 5 bytes`,
  ),
  ...vectors(
    deflated(false),
    String.raw`
compressed twice, without context takeover
← c1 07 f248cdc9c90700 c1 07 f248cdc9c90700
  down 0+9 [websocket text] text: 9 bytes, 7 of payload, 5 once inflated
  down 9+9 [websocket text] text: 9 bytes, 7 of payload, 5 once inflated

a reference to an earlier message, without context takeover
← c1 07 f248cdc9c90700 c1 05 f200110000 c1 07 f248cdc9c90700
  down 0+9 [websocket text] text: 9 bytes, 7 of payload, 5 once inflated
  down 9+7 [websocket text] text: 7 bytes, 5 of payload, 1 once inflated ! it cannot be inflated: expected a distance of at most 1, found 5 (RFC 1951, 3.2)
  down 16+9 [websocket text] text: 9 bytes, 7 of payload, 5 once inflated`,
  ),
];
