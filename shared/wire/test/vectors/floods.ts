import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { decodeConnection } from '../../connection.ts';
import { eventStreamDecoder } from '../../event-stream/decoder.ts';
import { http1Decoder } from '../../http1/decoder.ts';
import { http2Decoder, PREFACE } from '../../http2/decoder.ts';
import {
  CHUNK_LINE_LIMIT,
  EVENT_LIMIT,
  FRAGMENTS_LIMIT,
  HEADERS_LIMIT,
  HEADER_BLOCK_LIMIT,
  HELD_LIMIT,
  INFLATED_LIMIT,
  LINE_LIMIT,
  PIPELINE_LIMIT,
  RANGES_LIMIT,
  STREAMS_LIMIT,
} from '../../limits.ts';
import { mqttDecoder } from '../../mqtt/decoder.ts';
import { lineDecoder } from '../../tcp/decoder.ts';
import { number } from '../../text.ts';
import type { ConnectionDecoder } from '../../unit.ts';
import { webSocketDecoder } from '../../websocket/decoder.ts';
import { bytes, oneWay, text, type Step } from '../cuts.ts';
import { frame } from './http2-frames.ts';

/** What a peer could send to fill the memory. */
export interface Flood {
  title: string;
  make: () => ConnectionDecoder;
  steps: () => Iterable<Step>;
  /** What the units must say; undefined: there is no limit to be told. */
  says?: string;
}

const GET = text('GET / HTTP/1.1\r\n\r\n');
const deflate = {
  up: { contextTakeover: true },
  down: { contextTakeover: true },
};

function* after(
  first: Step[],
  direction: 'up' | 'down',
  piece: Uint8Array,
  times: number,
): Generator<Step> {
  yield* first;
  for (let i = 0; i < times; i++) yield [direction, piece];
}

function answer(fields: string): Step[] {
  const head = `HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`;
  return [
    ['up', GET],
    ['down', text(head)],
  ];
}

const many = (piece: string, times: number): Uint8Array =>
  text(piece.repeat(times));

/** A frame of WebSocket from the server, its length in 2 bytes. */
function webSocketFrame(first: string, payload: Uint8Array): Uint8Array {
  const length = payload.length.toString(16).padStart(4, '0');
  return bytes(first, '7e', length, payload);
}

/** Zeros as permessage-deflate has them: without the end of their block. */
const packed = (length: number): Uint8Array =>
  deflateRawSync(Buffer.alloc(length), {
    finishFlush: constants.Z_SYNC_FLUSH,
  }).subarray(0, -4);

const preface: Step = ['up', bytes(text(PREFACE), frame('04 00 0'))];
const events = 'Content-Type: text/event-stream\r\nTransfer-Encoding: chunked';

export const FLOODS: Flood[] = [
  {
    title: 'a request line without an end',
    make: http1Decoder,
    steps: () => after([['up', text('GET /')]], 'up', many('a', 8_192), 40),
    says: `expected the end of the request line and headers within ${number(HEADERS_LIMIT)}`,
  },
  {
    title: 'headers without an end',
    make: http1Decoder,
    steps: () =>
      after([['up', GET.subarray(0, -2)]], 'up', many('a: b\r\n', 999), 40),
    says: `expected the end of the request line and headers within ${number(HEADERS_LIMIT)}`,
  },
  {
    title: 'the line of a chunk without an end',
    make: http1Decoder,
    steps: () =>
      after(answer('Transfer-Encoding: chunked'), 'down', many('1', 8_192), 40),
    says: `expected a chunk's size in at most ${number(CHUNK_LINE_LIMIT)}`,
  },
  {
    title: 'trailers without an end',
    make: http1Decoder,
    steps: () =>
      after(
        [...answer('Transfer-Encoding: chunked'), ['down', text('0\r\n')]],
        'down',
        many('a: b\r\n', 999),
        40,
      ),
    says: `expected the end of the trailers within ${number(HEADERS_LIMIT)}`,
  },
  {
    title: 'a body in chunks of one byte',
    make: http1Decoder,
    *steps() {
      yield* after(
        answer('Transfer-Encoding: chunked'),
        'down',
        many('1\r\nx\r\n', RANGES_LIMIT),
        2,
      );
      yield ['down', text('0\r\n\r\n')];
    },
    says: 'in too many pieces',
  },
  {
    title: 'an event in chunks of one byte',
    make: http1Decoder,
    *steps() {
      yield* after(answer(events), 'down', many('1\r\nx\r\n', RANGES_LIMIT), 2);
      yield ['down', text('2\r\n\n\n\r\n')];
    },
    says: 'in too many pieces',
  },
  {
    title: 'a body of 50 MB',
    make: http1Decoder,
    steps: () =>
      after(
        answer('Content-Length: 50000000'),
        'down',
        many('a', 100_000),
        2_000,
      ),
  },
  {
    title: 'requests without a response',
    make: http1Decoder,
    *steps() {
      yield* after([], 'up', many('GET / HTTP/1.1\r\n\r\n', 100), 50);
      yield ['down', text('HTTP/1.1 204 No Content\r\n\r\n')];
    },
    says: `more than ${number(PIPELINE_LIMIT)} requests`,
  },
  {
    title: 'bytes after an upgrade without a response',
    make: http1Decoder,
    steps: () =>
      after(
        [['up', text('GET / HTTP/1.1\r\nConnection: Upgrade\r\n\r\n')]],
        'up',
        many('a', 65_536),
        40,
      ),
    says: `${number(HELD_LIMIT)} bytes came before the response`,
  },
  {
    title: 'an event without an end',
    make: oneWay(eventStreamDecoder),
    steps: () => after([], 'down', many('data: x\n', 8_192), 40),
    says: `an event of more than ${number(EVENT_LIMIT)} bytes`,
  },
  {
    title: 'an event stream that grows when it is unpacked',
    make: http1Decoder,
    steps: () =>
      after(
        answer('Content-Type: text/event-stream\r\nContent-Encoding: gzip'),
        'down',
        gzipSync(Buffer.alloc(20_000_000)),
        1,
      ),
    says: `an event of more than ${number(EVENT_LIMIT)} bytes`,
  },
  {
    title: 'an event stream of blank lines, unpacked',
    make: http1Decoder,
    steps: () =>
      after(
        answer('Content-Type: text/event-stream\r\nContent-Encoding: gzip'),
        'down',
        gzipSync(Buffer.alloc(4_194_304, '\n')),
        1,
      ),
    says: 'more events, comments and blank lines than bytes on the wire',
  },
  {
    title: 'an event stream that grows when it is unpacked, in small events',
    make: http1Decoder,
    steps: () =>
      after(
        answer('Content-Type: text/event-stream\r\nContent-Encoding: gzip'),
        'down',
        gzipSync(Buffer.alloc(20_000_000, `data:${'a'.repeat(1_025)}\n\n`)),
        1,
      ),
    says: 'the limit for inflated bytes was reached',
  },
  {
    title: 'messages of WebSocket that all grow when they are inflated',
    make: () => webSocketDecoder({ deflate }),
    steps: () =>
      after([], 'down', webSocketFrame('c2', packed(INFLATED_LIMIT / 2)), 5),
    says: 'the limit for inflated bytes was reached',
  },
  {
    title: 'a message of WebSocket in fragments without an end',
    make: webSocketDecoder,
    steps: () =>
      after(
        [['down', bytes('01 00')]],
        'down',
        bytes('00 01 61'.repeat(1_000)),
        100,
      ),
  },
  {
    title: 'a message of too many fragments',
    make: webSocketDecoder,
    *steps() {
      yield* after(
        [['down', bytes('01 00')]],
        'down',
        bytes('00 01 61'),
        FRAGMENTS_LIMIT,
      );
      yield ['down', bytes('80 00')];
    },
    says: `more than ${number(FRAGMENTS_LIMIT)} fragments`,
  },
  {
    title: 'a message that grows when it is inflated',
    make: () => webSocketDecoder({ deflate }),
    steps: () =>
      after(
        [],
        'down',
        webSocketFrame('c2', deflateRawSync(Buffer.alloc(INFLATED_LIMIT * 4))),
        1,
      ),
    says: 'the limit for inflated bytes was reached',
  },
  {
    title: 'a frame of 50 MB',
    make: webSocketDecoder,
    steps: () =>
      after(
        [['down', bytes('82 7f 0000000002faf080')]],
        'down',
        many('a', 100_000),
        500,
      ),
  },
  {
    title: 'a header block without an end',
    make: http2Decoder,
    steps: () =>
      after(
        [preface, ['up', frame('01 00 1', '82')]],
        'up',
        frame('09 00 1', '82'.repeat(16_000)),
        40,
      ),
    says: `a header block of more than ${number(HEADER_BLOCK_LIMIT)} bytes`,
  },
  {
    title: 'a header block of many fields',
    make: http2Decoder,
    steps: () =>
      after([preface], 'up', frame('01 05 1', '82'.repeat(2_000)), 1),
    says: 'more than 1,000 fields',
  },
  {
    title: 'a dynamic table of many bytes',
    make: http2Decoder,
    steps: () => after([preface], 'up', frame('01 05 1', '3f e1ff ff07'), 1),
    says: 'a dynamic table of',
  },
  {
    title: 'streams that nobody ends',
    make: http2Decoder,
    *steps() {
      yield preface;
      for (let id = 1; id < STREAMS_LIMIT * 2 + 100; id += 2)
        yield ['up', frame(`01 04 ${id}`, '82')];
    },
    says: `more than ${number(STREAMS_LIMIT)} streams`,
  },
  {
    title: 'a frame of HTTP/2 of 16 MB',
    make: http2Decoder,
    steps: () =>
      after(
        [preface, ['up', bytes('ffffff 06 00 00000000')]],
        'up',
        many('a', 65_536),
        256,
      ),
    says: 'expected at most 16,384 bytes of payload',
  },
  {
    title: 'a packet of MQTT of 250 MB',
    make: mqttDecoder,
    steps: () =>
      after(
        [['up', bytes('30 ff ff ff 7f 0001 61')]],
        'up',
        many('a', 100_000),
        2_500,
      ),
  },
  {
    title: 'a line without an end',
    make: oneWay(() => lineDecoder()),
    steps: () => after([], 'down', many('a', 65_535), 40),
    says: `expected a line end within ${number(LINE_LIMIT)}`,
  },
  {
    title: 'an unknown protocol',
    make: () => decodeConnection(),
    steps: () => after([], 'up', many('?', 100_000), 40),
  },
  {
    title: 'a server that speaks, and a client that does not begin',
    make: () => decodeConnection(),
    steps: () => after([['up', text('GE')]], 'down', many('a', 100_000), 40),
  },
];
