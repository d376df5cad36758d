import type { Deflate } from '../../websocket/permessage-deflate.ts';
import type { Direction } from '../../unit.ts';
import { webSocketDecoder } from '../../websocket/decoder.ts';
import { bytes } from '../cuts.ts';
import type { Vector } from './vector.ts';

function vector(
  title: string,
  direction: Direction,
  frames: string[],
  units: string[],
  deflate: Deflate,
): Vector {
  const make = () => webSocketDecoder({ deflate });
  return { title, make, steps: [[direction, bytes(...frames)]], units };
}

const HELLO = '48656c6c6f';
const WITH: Deflate = {
  up: { contextTakeover: true },
  down: { contextTakeover: true },
};
const WITHOUT: Deflate = {
  up: { contextTakeover: false },
  down: { contextTakeover: false },
};

/** RFC 7692 7.2.3 first, then what it implies. */
export const deflateVectors: Vector[] = [
  vector(
    'compressed text',
    'down',
    ['c1 07 f248cdc9c90700'],
    [
      'down 0+9 [websocket text] text “Hello”: 9 bytes, 7 of payload, 5 once inflated',
    ],
    WITH,
  ),
  vector(
    'compressed text in two fragments',
    'down',
    ['41 03 f248cd', '80 04 c9c90700'],
    [
      'down 0+5 [websocket text] text, first fragment “He”: 5 bytes, 3 of payload',
      'down 5+6 [websocket continuation] continuation, last fragment: 6 bytes, 4 of payload',
      '  down 0+11 [websocket message] message, text, of 2 frames: 5 bytes',
    ],
    WITH,
  ),
  vector(
    'compressed twice, with context takeover',
    'down',
    ['c1 07 f248cdc9c90700', 'c1 05 f200110000'],
    [
      'down 0+9 [websocket text] text “Hello”: 9 bytes, 7 of payload, 5 once inflated',
      'down 9+7 [websocket text] text “Hello”: 7 bytes, 5 of payload, 5 once inflated',
    ],
    WITH,
  ),
  vector(
    'compressed twice, without context takeover',
    'down',
    ['c1 07 f248cdc9c90700', 'c1 07 f248cdc9c90700'],
    [
      'down 0+9 [websocket text] text “Hello”: 9 bytes, 7 of payload, 5 once inflated',
      'down 9+9 [websocket text] text “Hello”: 9 bytes, 7 of payload, 5 once inflated',
    ],
    WITHOUT,
  ),
  vector(
    'a reference to an earlier message, without context takeover',
    'down',
    ['c1 07 f248cdc9c90700', 'c1 05 f200110000', 'c1 07 f248cdc9c90700'],
    [
      'down 0+9 [websocket text] text “Hello”: 9 bytes, 7 of payload, 5 once inflated',
      'down 9+7 [websocket text] text “H”: 7 bytes, 5 of payload, 1 once inflated ! it cannot be inflated: expected a distance of at most 1, found 5 (RFC 1951 3.2)',
      'down 16+9 [websocket text] text “Hello”: 9 bytes, 7 of payload, 5 once inflated',
    ],
    WITHOUT,
  ),
  vector(
    'compressed, in a stored block',
    'down',
    ['c1 0b 000500faff 48656c6c6f 00'],
    [
      'down 0+13 [websocket text] text “Hello”: 13 bytes, 11 of payload, 5 once inflated',
    ],
    WITH,
  ),
  vector(
    'compressed, with a final block',
    'down',
    ['c1 08 f348cdc9c9070000'],
    [
      'down 0+10 [websocket text] text “Hello”: 10 bytes, 8 of payload, 5 once inflated',
    ],
    WITH,
  ),
  vector(
    'compressed, in two blocks',
    'down',
    ['c1 0d f248050000 00ffff cac9c90700'],
    [
      'down 0+15 [websocket text] text “Hello”: 15 bytes, 13 of payload, 5 once inflated',
    ],
    WITH,
  ),
  vector(
    'not compressed although it may be',
    'down',
    ['81 05', HELLO],
    ['down 0+7 [websocket text] text “Hello”: 7 bytes, 5 of payload'],
    WITH,
  ),
  vector(
    'masked and compressed',
    'up',
    ['c1 87 01020304 f34acecdc80503'],
    [
      'up 0+13 [websocket text] text “Hello”: 13 bytes, 7 of payload, 5 once inflated',
    ],
    WITH,
  ),
  vector(
    'compressed text that cannot be inflated',
    'down',
    ['c1 02 0700', 'c1 07 f248cdc9c90700'],
    [
      'down 0+4 [websocket text] text: 4 bytes, 2 of payload, 0 once inflated ! it cannot be inflated: expected a block of type 0, 1 or 2, found 3 (RFC 1951 3.2)',
      'down 4+9 [websocket text] text: 9 bytes, 7 of payload, 0 once inflated ! it cannot be inflated, as an earlier message could not',
    ],
    WITH,
  ),
  vector(
    'RSV1 on a continuation',
    'down',
    ['41 03 f248cd', 'c0 04 c9c90700'],
    [
      'down 0+5 [websocket text] text, first fragment “He”: 5 bytes, 3 of payload',
      'down 5+6 [websocket continuation] continuation, last fragment: 6 bytes, 4 of payload ! expected RSV1 only on the first frame of a message (RFC 7692 6.1)',
      '  down 0+11 [websocket message] message, text, of 2 frames: 5 bytes',
    ],
    WITH,
  ),
];
