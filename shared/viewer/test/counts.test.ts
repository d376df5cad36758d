/** What a run came to, however its bodies are framed. */
import { describe, expect, test } from '@jest/globals';
import { decodeConnection } from '@on-the-wire/wire/connection.ts';
import { bytes, decode, text, type Step } from '@on-the-wire/wire/test/cuts.ts';
import {
  BEGIN,
  field,
  frame,
} from '@on-the-wire/wire/test/vectors/http2-frames.ts';
import { countUnit, noCounts } from '../counts.ts';

const LONG = 'x'.repeat(100_000);
const counted = (steps: Step[]) => {
  const counts = noCounts();
  for (const unit of decode(decodeConnection, steps)) countUnit(counts, unit);
  return [counts.updates, counts.payload, counts.roundTrips];
};

const http1 = (headers: string, body: string, times = 1): Step[] =>
  Array.from({ length: times }, (): Step[] => [
    ['up', text('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
    ['down', text(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\n${body}`)],
  ]).flat();
const chunks = (...all: string[]): string =>
  [...all, ''].map((of) => `${of.length.toString(16)}\r\n${of}\r\n`).join('');
const CHUNKED = 'Transfer-Encoding: chunked';
const EVENTS = 'Content-Type: text/event-stream\r\n';

const http2 = (type: string, ...frames: Uint8Array[]): Step[] => [
  ...BEGIN,
  [
    'up',
    frame(
      '01 05 1',
      field(':method', 'GET'),
      field(':scheme', 'http'),
      field(':path', '/'),
      field(':authority', 'a'),
    ),
  ],
  [
    'down',
    frame('01 04 1', field(':status', '200'), field('content-type', type)),
  ],
  ...frames.map((each): Step => ['down', each]),
];
const message = bytes('00 00000003', text('abc'));

describe('A response is one update, and its payload is its content:', () => {
  test.each<[string, Step[], number[]]>([
    ['by its length', http1('Content-Length: 7', '{"a":1}', 3), [3, 21, 3]],
    ['in one chunk', http1(CHUNKED, chunks('{"a":1}'), 3), [3, 21, 3]],
    ['in several', http1(CHUNKED, chunks('{"a"', ':1}'), 3), [3, 21, 3]],
    [
      'in parts',
      http1(`Content-Length: ${LONG.length}`, LONG),
      [1, 100_000, 1],
    ],
    ['in long chunks', http1(CHUNKED, chunks(LONG, LONG)), [1, 200_000, 1]],
    ['without a body', http1('Content-Length: 0', '', 2), [0, 0, 2]],
    ['up to the end', http1('Connection: close', 'abc'), [1, 3, 1]],
    [
      'in one DATA frame',
      http2('text/plain', frame('00 01 1', text('abc'))),
      [1, 3, 1],
    ],
    [
      'in several',
      http2(
        'text/plain',
        frame('00 00 1', text('abc')),
        frame('00 00 1', text('def')),
        frame('00 01 1'),
      ),
      [1, 6, 1],
    ],
  ])('%s', (_, steps, counts) => {
    expect(counted(steps)).toEqual(counts);
  });
});

describe('What a stream carries is an update each:', () => {
  const events = 'data: a\n\ndata: bc\n\n: beat\n\nid: 1\n\n';
  test.each<[string, Step[], number[]]>([
    ['events in chunks', http1(EVENTS + CHUNKED, chunks(events)), [2, 3, 1]],
    [
      'events up to the end',
      http1(`${EVENTS}Connection: close`, events),
      [2, 3, 1],
    ],
    [
      'events over HTTP/2',
      http2('text/event-stream', frame('00 00 1', text(events))),
      [2, 3, 1],
    ],
    [
      'messages of gRPC, also two in a frame',
      http2(
        'application/grpc',
        frame('00 00 1', message, message, message.subarray(0, 2)),
        frame('00 01 1', message.subarray(2), message),
      ),
      [4, 12, 1],
    ],
  ])('%s', (_, steps, counts) => {
    expect(counted(steps)).toEqual(counts);
  });

  test('and what goes up is none', () => {
    const put = 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc';
    expect(counted([['up', text(put)]])).toEqual([0, 3, 0]);
  });
});
