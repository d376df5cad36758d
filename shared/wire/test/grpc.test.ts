/** gRPC in HTTP/2: its messages, and how a call ended. */
import { describe, expect, test } from '@jest/globals';
import { decodeConnection } from '../connection.ts';
import { utf8 } from '../text.ts';
import { bytesOf, contentOf } from '../unit.ts';
import {
  byteByByte,
  bytes,
  cutInto,
  decode,
  lineOf,
  recorded,
  text,
  type Step,
} from './cuts.ts';
import { BEGIN, field, frame } from './vectors/http2-frames.ts';

const request: Step = [
  'up',
  frame(
    '01 04 1',
    field(':method', 'POST'),
    field(':scheme', 'http'),
    field(':path', '/shop.Stock/List'),
    field(':authority', 'a'),
    field('content-type', 'application/grpc+json'),
  ),
];
const headers: Step = [
  'down',
  frame(
    '01 04 1',
    field(':status', '200'),
    field('content-type', 'application/grpc+json'),
  ),
];
const message = (flag: string, of: string): Uint8Array =>
  bytes(flag, of.length.toString(16).padStart(8, '0'), text(of));
const data = (flags: string, ...parts: Uint8Array[]): Step => [
  'down',
  frame(`00 ${flags} 1`, ...parts),
];

/** What came after the request. */
function told(...steps: Step[]): string[] {
  const all = [...BEGIN, request, ...steps];
  const units = decode(decodeConnection, all);
  const lines = units.map(lineOf);
  for (const cut of [byteByByte(all), cutInto(all, [3, 1, 7])])
    expect(decode(decodeConnection, cut).map(lineOf)).toEqual(lines);
  return units
    .slice(BEGIN.length + 1)
    .map(({ summary, text: shown, problem }) =>
      [summary, shown && `“${shown}”`, problem && `! ${problem}`]
        .filter(Boolean)
        .join(' '),
    );
}

describe('A message of gRPC is a unit', () => {
  test('also where two are in one frame, and one in two', () => {
    const [one, two, three] = ['{"n":1}', '{"n":2}', '{"n":3}'].map((of) =>
      message('00', of),
    ) as [Uint8Array, Uint8Array, Uint8Array];
    const lines = told(
      headers,
      data('00', one, two, three.subarray(0, 3)),
      data('01', three.subarray(3)),
    );
    expect(lines.slice(1)).toEqual([
      'message: 12 bytes, 7 after its length “{"n":1}”',
      'message: 12 bytes, 7 after its length “{"n":2}”',
      'DATA, stream 1: 36 bytes, 27 of data',
      'message: 12 bytes, 7 after its length “{"n":3}”',
      'DATA, stream 1: 18 bytes, 9 of data, ends the stream',
    ]);
  });

  test('and carries what stands after its length', () => {
    const steps = [
      ...BEGIN,
      request,
      headers,
      data('01', message('00', 'abc')),
    ];
    const whole = recorded(steps);
    const unit = decode(decodeConnection, steps).find(
      ({ kind }) => kind === 'length-prefixed message',
    )!;
    const content = contentOf(unit, bytesOf(unit, whole.down))!;
    expect(utf8(content.bytes)).toBe('abc');
    expect(content.type).toBe('application/grpc+json');
    expect(unit.updates).toBe(1);
  });

  test('that is compressed has no text', () => {
    expect(told(headers, data('01', message('01', 'abc')))[1]).toBe(
      'message: 8 bytes, 3 after its length, compressed',
    );
  });

  test('that does not end is told at the end of the stream', () => {
    const cut = message('00', 'abc').subarray(0, 6);
    expect(told(headers, data('01', cut)).at(-1)).toContain(
      'expected the rest of a message of gRPC, the stream ended',
    );
  });

  test('whose flag is no flag is told, and nothing after it is read', () => {
    const lines = told(headers, data('01', message('02', 'abc')));
    expect(lines.slice(1)).toEqual([
      expect.stringContaining(
        'expected 0 or 1 as the flag before a message of gRPC, found 0x02',
      ),
      'DATA, stream 1: 17 bytes, 8 of data, ends the stream',
    ]);
  });
});

describe('How a call ended stands in the line', () => {
  test.each([
    ['0', 'grpc-status 0 OK'],
    ['5', 'grpc-status 5 NOT_FOUND'],
    ['16', 'grpc-status 16 UNAUTHENTICATED'],
    ['17', 'grpc-status 17'],
    ['x', 'grpc-status x'],
  ])('of its trailers: %s', (value, words) => {
    const trailers: Step = [
      'down',
      frame('01 05 1', field('grpc-status', value)),
    ];
    expect(told(headers, trailers)[1]).toMatch(
      new RegExp(`^HEADERS, stream 1, trailers, ${words}: `),
    );
  });

  test('of its headers, where there is nothing else', () => {
    const only: Step = [
      'down',
      frame(
        '01 05 1',
        field(':status', '200'),
        field('content-type', 'application/grpc'),
        field('grpc-status', '12'),
      ),
    ];
    expect(told(only)[0]).toMatch(
      /^HEADERS, stream 1, 200 OK, grpc-status 12 UNIMPLEMENTED: /,
    );
  });

  test('and other trailers are only that', () => {
    const trailers: Step = ['down', frame('01 05 1', field('x', 'y'))];
    expect(told(headers, trailers)[1]).toMatch(
      /^HEADERS, stream 1, trailers: /,
    );
  });
});
