/**
 * Most header sections are recognised as ordinary in one look, where they come
 * in one read; the others are read line by line. Both must say the same.
 */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { http1Decoder } from '../http1/decoder.ts';
import { byteByByte, decode, text, type Step } from './cuts.ts';
import { edit, edited } from './damage.ts';
import { randomCases } from './random-cases.ts';

/** The first of each is what is mostly sent; the rest decides something. */
const VALUES: Record<string, string[]> = {
  Host: ['127.0.0.1:80', 'a.test', '', 'a,b', 'a b', 'x@y'],
  Connection: ['keep-alive', 'close', 'Close', 'close, te', 'upgrade', ''],
  'Content-Type': ['text/plain', 'text/event-stream', 'a'.repeat(60), 'é/x'],
  'Content-Length': ['5', '0', '005', '5, 5', '-1', '', '1234567890123456'],
  'Transfer-Encoding': ['chunked', 'Chunked', 'gzip', 'chunked, chunked'],
  'Content-Encoding': ['identity', 'gzip', 'br', ''],
  Upgrade: ['websocket', 'h2c'],
  'X-Other': ['1', '\t tab \t', 'é', '\u0001', '\u007f', 'a\tb'],
};

/** Mostly the first; now and then one of the others. */
function mostly<T>(usual: T, ...rare: T[]): fc.Arbitrary<T> {
  const other = fc.constantFrom(usual, ...rare);
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: other },
  );
}

const field = fc
  .constantFrom(...Object.keys(VALUES))
  .chain((name) =>
    fc
      .tuple(
        mostly(name, name.toLowerCase(), name.toUpperCase(), `${name} `),
        mostly(': ', ':', ':\t', ''),
        fc.constantFrom(VALUES[name]![0]!, ...VALUES[name]!),
        mostly('\r\n', '\n', '\r', ' \r\n'),
      )
      .map((parts) => parts.join('')),
  );

/** A message whose start line is made of these. */
function message(...start: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.tuple(...start), fc.array(field, { maxLength: 4 }))
    .map(
      ([parts, fields]) => `${parts.join('')}\r\n${fields.join('')}\r\nhello`,
    );
}

const request = message(
  mostly('GET', 'POST', 'HEAD', 'OPTIONS', 'CONNECT', 'get', 'PROPFIND', 'G('),
  mostly(' ', '  ', '\t'),
  mostly('/', `/${'x'.repeat(70)}`, '*', 'http://a.test/', '/a#b', '/é', ''),
  mostly(' HTTP/1.1', ' HTTP/1.0', ' HTTP/2.0', ''),
  mostly('\r\nHost: a.test', ''),
);
const response = message(
  mostly('HTTP/1.1 ', 'HTTP/1.0 ', 'HTTP/1.1  '),
  fc.constantFrom('200', '404', '204', '304', '101', '400', '099', '2x0'),
  mostly(' OK', ' Not Found', ' ', '', ' fine\tthing', ` ${'é'.repeat(50)}`),
);

describe('Start line and headers', () => {
  test('are read alike, whether they come in one read or byte by byte', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(request, response), { minLength: 1, maxLength: 3 }),
        fc.array(edit, { maxLength: 1 }),
        (exchanges, edits) => {
          const sent = exchanges.flatMap(([up, down]): Step[] => [
            ['up', text(up)],
            ['down', text(down)],
          ]);
          const steps = edited(sent, edits);
          const told = decode(http1Decoder, steps);
          expect(decode(http1Decoder, byteByByte(steps))).toEqual(told);
        },
      ),
      { numRuns: randomCases(2_000) },
    );
  });
});
