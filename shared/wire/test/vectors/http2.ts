import { text } from '../cuts.ts';
import { down, FIRST, up, vector } from './http2-frames.ts';
import type { Vector } from './vector.ts';

// RFC 7541 C.3.2, and answers made of the static table.
const SECOND = '828684be 58086e6f2d6361636865';
const OK = '88';
const EVENTS = '88 0f10 11 746578742f6576656e742d73747265616d';

/** RFC 9113, RFC 8441, RFC 9218. */
export const http2Vectors: Vector[] = [
  vector(
    'the beginning: preface, settings, their acknowledgements',
    [
      up('04 00 0', '0003 00000064', '0004 0000ffff'),
      down('04 00 0'),
      up('04 01 0'),
      down('04 01 0'),
    ],
    [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'up 24+21 [http/2 SETTINGS] SETTINGS: 21 bytes, 2 values',
      'down 0+9 [http/2 SETTINGS] SETTINGS: 9 bytes, 0 values',
      'up 45+9 [http/2 SETTINGS] SETTINGS, acknowledged: 9 bytes',
      'down 9+9 [http/2 SETTINGS] SETTINGS, acknowledged: 9 bytes',
    ],
  ),
  vector(
    'two requests that share a table, and their answers',
    [
      up('01 05 1', FIRST),
      up('01 05 3', SECOND),
      down('01 04 1', OK),
      down('00 01 1', text('Hello')),
      down('01 05 3', '89'),
    ],
    [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'up 24+29 [http/2 HEADERS] HEADERS, stream 1, GET /: 29 bytes, ends the stream',
      'up 53+23 [http/2 HEADERS] HEADERS, stream 3, GET /: 23 bytes, ends the stream',
      'down 0+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes',
      'down 10+14 [http/2 DATA] DATA, stream 1: 14 bytes, 5 of data, ends the stream',
      'down 24+10 [http/2 HEADERS] HEADERS, stream 3, 204 No Content: 10 bytes, ends the stream',
    ],
  ),
  vector(
    'a header block in three frames',
    [
      up('01 01 1', '828684'),
      up('09 00 1', '410f7777772e65'),
      up('09 04 1', '78616d706c652e636f6d'),
    ],
    [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'up 24+12 [http/2 HEADERS] HEADERS, stream 1, continued: 12 bytes, ends the stream',
      'up 36+16 [http/2 CONTINUATION] CONTINUATION, stream 1, a part: 16 bytes',
      'up 52+19 [http/2 CONTINUATION] CONTINUATION, stream 1, the last part: 19 bytes',
      '  up 33+3,45+7,61+10 [http/2 header list] header list of stream 1, GET /: 20 bytes in 3 frames',
    ],
  ),
  vector(
    'padding and priority',
    [
      up('01 2d 1', '02', '00000000 0f', FIRST, '0000'),
      down('01 04 1', OK),
      down('00 09 1', '03', text('hi'), '000000'),
    ],
    [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'up 24+37 [http/2 HEADERS] HEADERS, stream 1, GET /: 37 bytes, ends the stream',
      'down 0+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes',
      'down 10+15 [http/2 DATA] DATA, stream 1: 15 bytes, 2 of data, ends the stream',
    ],
  ),
  vector(
    'a body in two frames, and trailers',
    [
      up('01 04 1', '838684 410161'),
      up('00 00 1', text('one ')),
      up('00 00 1', text('two')),
      up('01 05 1', '4003782d74 0131'),
      down('01 05 1', OK),
    ],
    [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'up 24+15 [http/2 HEADERS] HEADERS, stream 1, POST /: 15 bytes',
      'up 39+13 [http/2 DATA] DATA, stream 1: 13 bytes, 4 of data',
      'up 52+12 [http/2 DATA] DATA, stream 1: 12 bytes, 3 of data',
      'up 64+16 [http/2 HEADERS] HEADERS, stream 1, trailers: 16 bytes, ends the stream',
      '  up 48+4,61+3 [body] body: 7 bytes',
      'down 0+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes, ends the stream',
    ],
  ),
  vector(
    'an interim answer before the answer',
    [up('01 05 1', FIRST), down('01 04 1', '4803313033'), down('01 05 1', OK)],
    [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'up 24+29 [http/2 HEADERS] HEADERS, stream 1, GET /: 29 bytes, ends the stream',
      'down 0+14 [http/2 HEADERS] HEADERS, stream 1, 103 Early Hints: 14 bytes',
      'down 14+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes, ends the stream',
    ],
  ),
  vector(
    'windows, and reasons to end',
    [
      up('01 04 1', FIRST),
      up('00 00 1', '00'.repeat(100)),
      down('08 00 1', '00000064'),
      down('08 00 0', '00000064'),
      down('03 00 1', '00000008'),
      down('07 00 0', '00000001 0000000b', text('too many')),
    ],
    [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'up 24+29 [http/2 HEADERS] HEADERS, stream 1, GET /: 29 bytes',
      'up 53+109 [http/2 DATA] DATA, stream 1: 109 bytes, 100 of data',
      'down 0+13 [http/2 WINDOW_UPDATE] WINDOW_UPDATE, stream 1: 13 bytes, 100 more may be sent',
      'down 13+13 [http/2 WINDOW_UPDATE] WINDOW_UPDATE: 13 bytes, 100 more may be sent',
      'down 26+13 [http/2 RST_STREAM] RST_STREAM, stream 1, CANCEL: 13 bytes',
      'down 39+25 [http/2 GOAWAY] GOAWAY, ENHANCE_YOUR_CALM: 25 bytes, last stream 1',
    ],
  ),
  vector(
    'ping, priority, and frames of extensions',
    [
      up('06 00 0', '0102030405060708'),
      down('06 01 0', '0102030405060708'),
      up('02 00 3', '00000001 0f'),
      up('10 00 0', '00000001', text('u=1, i')),
      down('0a 00 0', '0001', text('a'), text('h3=":443"')),
      down('0c 00 0', '0009', text('https://a')),
      down('2a ff 7', 'c0ffee'),
    ],
    [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'up 24+17 [http/2 PING] PING: 17 bytes',
      'down 0+17 [http/2 PING] PING, answered: 17 bytes',
      'up 41+14 [http/2 PRIORITY] PRIORITY, stream 3: 14 bytes',
      'up 55+19 [http/2 PRIORITY_UPDATE] PRIORITY_UPDATE, stream 1 “u=1, i”: 19 bytes',
      'down 17+21 [http/2 ALTSVC] ALTSVC: 21 bytes',
      'down 38+20 [http/2 ORIGIN] ORIGIN: 20 bytes',
      'down 58+12 [http/2 unknown frame] unknown type 42, stream 7: 12 bytes',
    ],
  ),
  vector(
    'a promise',
    [
      up('01 05 1', FIRST),
      down('05 04 1', '00000002', '828684'),
      down('01 05 2', OK),
      down('01 05 1', OK),
    ],
    [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'up 24+29 [http/2 HEADERS] HEADERS, stream 1, GET /: 29 bytes, ends the stream',
      'down 0+16 [http/2 PUSH_PROMISE] PUSH_PROMISE, stream 1, GET /: 16 bytes',
      'down 16+10 [http/2 HEADERS] HEADERS, stream 2, 200 OK: 10 bytes, ends the stream',
      'down 26+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes, ends the stream',
    ],
  ),
  vector(
    'events, one of them in two frames',
    [
      up('01 05 1', FIRST),
      down('01 04 1', EVENTS),
      down('00 00 1', text('id: 1\ndata: a\n\ndata')),
      down('00 08 1', '01', text(': b\n\n'), '00'),
      down('00 01 1', text(':\n\ndata: c')),
    ],
    [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'up 24+29 [http/2 HEADERS] HEADERS, stream 1, GET /: 29 bytes, ends the stream',
      'down 0+30 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 30 bytes',
      '  down 39+15 [event] event 1: 15 bytes, 1 of data',
      'down 30+28 [http/2 DATA] DATA, stream 1: 28 bytes, 19 of data',
      '  down 54+4,68+5 [event] event: 9 bytes, 1 of data',
      'down 58+16 [http/2 DATA] DATA, stream 1: 16 bytes, 5 of data',
      '  down 83+3 [comment] comment: 3 bytes, unseen by the page',
      'down 74+19 [http/2 DATA] DATA, stream 1: 19 bytes, 10 of data, ends the stream',
      '  down 86+7 [no event] unfinished event: 7 bytes, discarded: the stream ended before a blank line',
    ],
  ),
  vector(
    'a WebSocket inside a stream',
    [
      down('04 00 0', '0008 00000001'),
      up(
        '01 04 1',
        '0207434f4e4e454354 4009 3a70726f746f636f6c 09 776562736f636b6574 86 84 410161',
      ),
      down('01 04 1', OK),
      up('00 00 1', '81 85 37fa21'),
      up('00 00 1', '3d 7f9f4d5158'),
      down('00 00 1', '81 05 48656c6c6f 81'),
      down('00 01 1', '00'),
    ],
    [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'down 0+15 [http/2 SETTINGS] SETTINGS: 15 bytes, 1 value',
      'up 24+44 [http/2 HEADERS] HEADERS, stream 1, CONNECT /: 44 bytes',
      'down 15+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes',
      'up 68+14 [http/2 DATA] DATA, stream 1: 14 bytes, 5 of data',
      '  up 77+5,91+6 [websocket text] text “Hello”: 11 bytes, 5 of payload',
      'up 82+15 [http/2 DATA] DATA, stream 1: 15 bytes, 6 of data',
      '  down 34+7 [websocket text] text “Hello”: 7 bytes, 5 of payload',
      'down 25+17 [http/2 DATA] DATA, stream 1: 17 bytes, 8 of data',
      '  down 41+1,51+1 [websocket text] text: 2 bytes, 0 of payload',
      'down 42+10 [http/2 DATA] DATA, stream 1: 10 bytes, 1 of data, ends the stream',
    ],
  ),
  vector(
    'a stream that is reset while its body comes',
    [
      up('01 05 1', FIRST),
      down('01 04 1', OK),
      down('00 00 1', text('one')),
      down('00 00 1', text('two')),
      up('03 00 1', '00000008'),
    ],
    [
      'up 0+24 [http/2 preface] preface: 24 bytes, from here on it is HTTP/2',
      'up 24+29 [http/2 HEADERS] HEADERS, stream 1, GET /: 29 bytes, ends the stream',
      'down 0+10 [http/2 HEADERS] HEADERS, stream 1, 200 OK: 10 bytes',
      'down 10+12 [http/2 DATA] DATA, stream 1: 12 bytes, 3 of data',
      'down 22+12 [http/2 DATA] DATA, stream 1: 12 bytes, 3 of data',
      'up 53+13 [http/2 RST_STREAM] RST_STREAM, stream 1, CANCEL: 13 bytes',
      '  down 19+3,31+3 [body] body: 6 bytes ! the stream was reset',
    ],
  ),
];
