/** What units carry: its beginning in their line, the whole of it on request. */
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { decodeConnection } from '../connection.ts';
import { eventStreamDecoder } from '../event-stream/decoder.ts';
import { TEXT_SHOWN } from '../limits.ts';
import { lineDecoder, lengthPrefixDecoder } from '../tcp/decoder.ts';
import { textShown, utf8 } from '../text.ts';
import { bytesOf, contentOf } from '../unit.ts';
import { webSocketDecoder } from '../websocket/decoder.ts';
import {
  bytes,
  byteByByte,
  cutInto,
  decode,
  decodeCalls,
  oneWay,
  recorded,
  text,
  type Step,
} from './cuts.ts';
import { field, frame } from './vectors/http2-frames.ts';

/** Of each unit its kind and its text, and what it carries where that differs. */
function told(make: Parameters<typeof decode>[0], steps: Step[]): string[] {
  const whole = recorded(steps);
  const lines = decode(make, steps).map((unit) => {
    const own = bytesOf(unit, whole[unit.direction]);
    const content = contentOf(unit, own);
    const carries = content && utf8(content.bytes);
    const parts = [
      unit.kind,
      unit.text !== undefined && `“${unit.text}”`,
      carries !== undefined && carries !== unit.text && `carries “${carries}”`,
      content?.type,
      content?.coding,
      content?.problem && `! ${content.problem}`,
    ];
    return parts.filter(Boolean).join(' ');
  });
  for (const cut of [byteByByte(steps), cutInto(steps, [3, 1, 7])]) {
    const texts = decode(make, cut).map((unit) => unit.text);
    expect(texts).toEqual(decode(make, steps).map((unit) => unit.text));
  }
  return lines;
}

const response = (
  headers: string,
  ...body: (string | Uint8Array)[]
): Step[] => [
  ['up', text('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
  ['down', text(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\n`)],
  ...body.map((part): Step => [
    'down',
    typeof part === 'string' ? text(part) : part,
  ]),
];
const HEADERS = ['http/1.1 request headers', 'http/1.1 response headers'];
const told1 = (...steps: Parameters<typeof response>): string[] =>
  told(decodeConnection, response(...steps)).slice(HEADERS.length);

describe('The text of a unit', () => {
  test.each([
    ['nothing', '', undefined],
    ['a word', 'Hello', 'Hello'],
    ['control characters', 'a\tb\r\nc', 'a\\tb\\r\\nc'],
    ['JSON in lines', '{\n  "a": [\n    1\n  ]\n}\n', '{ "a": [ 1 ] } '],
    ['what turns text around', 'a\u202eb', 'a\\u202eb'],
    ['other letters', 'Grüße, 世界 🎉', 'Grüße, 世界 🎉'],
    ['a replacement character', 'a\ufffdb', 'a\ufffdb'],
    ['a NUL', 'a\0b', undefined],
    ['160 letters', 'x'.repeat(160), 'x'.repeat(160)],
    ['161 letters', 'x'.repeat(161), `${'x'.repeat(159)}…`],
    ['160 others', '世'.repeat(160), '世'.repeat(160)],
    ['161 others', '世'.repeat(161), `${'世'.repeat(159)}…`],
    ['pairs of surrogates', '🎉'.repeat(100), `${'🎉'.repeat(79)}…`],
    [
      'long ones that end beyond',
      `é${'x'.repeat(700)}`,
      `é${'x'.repeat(158)}…`,
    ],
  ])('of %s', (_, of, shown) => {
    expect(textShown(text(of))).toBe(shown);
    expect(shown?.length ?? 0).toBeLessThanOrEqual(TEXT_SHOWN);
  });

  test('is none where bytes are not UTF-8', () => {
    expect(textShown(bytes('67 72 fc 6e'))).toBeUndefined();
    expect(textShown(bytes('89 50 4e 47 0d 0a 1a 0a'))).toBeUndefined();
    expect(textShown(bytes('ff'))).toBeUndefined();
  });

  test('does not show a character that is cut at either end', () => {
    const of = text('世界');
    expect(textShown(of, 1, 6)).toBe('界');
    expect(textShown(of, 0, 5)).toBe('世');
    expect(textShown(of, 1, 3)).toBeUndefined();
  });
});

describe('What a unit carries', () => {
  test('by its length: all of it', () => {
    const json = 'Content-Type: application/json; charset=utf-8';
    expect(told1(`${json}\r\nContent-Length: 7`, '{"a":1}')).toEqual([
      'body “{"a":1}” application/json',
    ]);
  });

  test('in gzip: without it', () => {
    const packed = gzipSync('{"a":1}');
    const length = `Content-Length: ${packed.length}`;
    expect(told1(`Content-Encoding: gzip\r\n${length}`, packed)).toEqual([
      'body “{"a":1}” gzip',
    ]);
  });

  test('in parts: each its own, and at the end the whole', () => {
    const long = `${'x'.repeat(65_536)}yz`;
    const headers = `Content-Type: text/plain\r\nContent-Length: ${long.length}`;
    const x = `“${'x'.repeat(159)}…”`;
    expect(told1(headers, long)).toEqual([
      `body part ${x} carries “${'x'.repeat(65_536)}” text/plain`,
      'body part “yz” text/plain',
      `body ${x} carries “${long}” text/plain`,
    ]);
  });

  test('in chunks: each its own, and at the end the whole', () => {
    const chunks = '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
    expect(told1('Transfer-Encoding: chunked', chunks)).toEqual([
      'http/1.1 chunk “abc”',
      'http/1.1 chunk “de”',
      'body “abcde”',
      'http/1.1 last chunk',
    ]);
  });

  test('in chunks of gzip: only the whole', () => {
    const packed = gzipSync('Hello');
    const size = packed.length.toString(16);
    const headers = 'Transfer-Encoding: chunked\r\nContent-Encoding: gzip';
    const lines = told1(headers, `${size}\r\n`, packed, '\r\n0\r\n\r\n');
    expect(lines[0]).toMatch(
      /^http\/1.1 chunk carries .* ! compressed with gzip, as a part of the body$/s,
    );
    expect(lines.slice(1)).toEqual([
      'body “Hello” gzip',
      'http/1.1 last chunk',
    ]);
  });

  test('as an event: its data, joined, and not in the chunk around it', () => {
    const headers =
      'Content-Type: text/event-stream\r\nTransfer-Encoding: chunked';
    const event = 'id: 7\ndata: {"a":\ndata: 1}\n\n';
    const size = event.length.toString(16);
    expect(told1(headers, `${size}\r\n${event}\r\n0\r\n\r\n`)).toEqual([
      'event “{"a": 1}” carries “{"a":\n1}”',
      `http/1.1 chunk carries “${event}” text/event-stream`,
      'http/1.1 last chunk',
    ]);
  });

  test('as an event of a compressed stream: its data', () => {
    const headers = 'Content-Type: text/event-stream\r\nContent-Encoding: gzip';
    const long = 'x'.repeat(8_000);
    const [event, next] = told1(
      headers,
      gzipSync(`data: Hello\n\ndata: ${long}\n\n`),
    );
    expect(event).toBe('event “Hello”');
    expect(next).toBe(`event “${long.slice(0, 159)}…” carries “${long}”`);
  });

  test('as a comment or a block without data: nothing', () => {
    const steps: Step[] = [['down', text(': beat\n\nid: 1\n\n')]];
    expect(told(oneWay(eventStreamDecoder), steps)).toEqual([
      'comment',
      'no event',
    ]);
  });

  test('as a WebSocket message: its payload, without mask and fragments', () => {
    const steps: Step[] = [
      ['up', bytes('81 85 37fa213d 7f9f4d5158')],
      ['down', bytes('01 03', text('Hel'), '89 01', text('!'))],
      ['down', bytes('80 02', text('lo'), '82 02 00 ff')],
      ['down', bytes('88 05 03e8', text('bye'))],
    ];
    expect(told(webSocketDecoder, steps)).toEqual([
      'websocket text “Hello”',
      'websocket text carries “Hel”',
      'websocket ping carries “!”',
      'websocket continuation carries “lo”',
      'websocket message “Hello”',
      'websocket binary carries “\0\ufffd”',
      'websocket close carries “bye”',
    ]);
  });

  test('as a compressed WebSocket message: inflated', () => {
    const plain = JSON.stringify({ of: 'x'.repeat(8_000) });
    const finishFlush = constants.Z_SYNC_FLUSH;
    const packed = deflateRawSync(plain, { finishFlush }).subarray(0, -4);
    const length = packed.length.toString(16).padStart(2, '0');
    const steps: Step[] = [['down', bytes(`c1 ${length}`, packed)]];
    const both = { contextTakeover: true };
    const make = () => webSocketDecoder({ deflate: { up: both, down: both } });
    const [line] = told(make, steps);
    expect(line).toBe(
      `websocket text “${plain.slice(0, 159)}…” carries “${plain}” permessage-deflate`,
    );
  });

  test('in HTTP/2: the data of a frame, and the body of several', () => {
    const steps: Step[] = [
      ['up', text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
      ['up', frame('04 00 0')],
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
      ['down', frame('04 00 0')],
      [
        'down',
        frame(
          '01 04 1',
          field(':status', '200'),
          field('content-type', 'application/json'),
        ),
      ],
      ['down', frame('00 08 1', bytes('02'), text('{"a":'), bytes('00 00'))],
      ['down', frame('00 01 1', text('1}'))],
    ];
    expect(told(decodeConnection, steps).slice(-3)).toEqual([
      'http/2 DATA “{"a":” application/json',
      'http/2 DATA “1}” application/json',
      'body “{"a":1}” application/json',
    ]);
  });

  test('as a PUBLISH of MQTT: its payload', () => {
    const connect = bytes('10 0c 0004 4d515454 04 02 003c 0000');
    const publish = bytes('30 06 0001', text('t'), text('5 C'));
    const withId = bytes('32 08 0001', text('t'), '0007', text('5 C'));
    const steps: Step[] = [['up', bytes(connect, publish, withId)]];
    expect(told(decodeConnection, steps)).toEqual([
      'mqtt CONNECT',
      'mqtt PUBLISH “5 C”',
      'mqtt PUBLISH “5 C”',
    ]);
  });

  test('on a line, or after a length: the message', () => {
    const lines: Step[] = [['down', text('one\r\ntwo\n')]];
    expect(told(oneWay(lineDecoder), lines)).toEqual([
      'line “one”',
      'line “two”',
    ]);
    const long = 'x'.repeat(200);
    const messages: Step[] = [
      ['down', bytes('00 02', text('hi'), '00 c8', text(long))],
    ];
    expect(
      told(
        oneWay(() => lengthPrefixDecoder(2)),
        messages,
      ),
    ).toEqual([
      'length-prefixed message “hi”',
      `length-prefixed message “${long.slice(0, 159)}…” carries “${long}”`,
    ]);
  });

  const shown = (steps: Step[]) =>
    decodeCalls(decodeConnection, steps).map(
      (unit) => `${unit.direction} ${unit.kind} “${unit.text ?? ''}”`,
    );
  test.each<[string, Step[], string[]]>([
    [
      'Redis',
      [
        ['up', text('*1\r\n$4\r\nPING\r\n')],
        ['down', text('+PONG\r\n')],
        ['down', text('>3\r\n')],
      ],
      [
        'up bytes “*1\\r\\n$4\\r\\nPING\\r\\n”',
        'down bytes “+PONG\\r\\n”',
        'down bytes “>3\\r\\n”',
      ],
    ],
    [
      'SMTP, where the server begins',
      [
        ['down', text('220 mail ESMTP\r\n')],
        ['up', text('EHLO a\r\n')],
      ],
      ['down bytes “220 mail ESMTP\\r\\n”', 'up bytes “EHLO a\\r\\n”'],
    ],
    [
      'PostgreSQL, with texts among other bytes',
      [
        ['up', bytes('00 00 00 08 04 d2 16 2f')],
        ['up', text('Q\0\0\0\x0fSELECT 1;\0')],
        ['down', text('E\0\0\0\x1dSERROR\0C28P01\0Mpassword\0\0')],
        ['down', text('Z\0\0\0\x05I')],
      ],
      [
        'up bytes “”',
        'up bytes “SELECT 1;”',
        'down bytes “SERROR · C28P01 · Mpassword”',
        'down bytes “”',
      ],
    ],
    [
      'what could be a request, until the server responds',
      [
        ['up', text('HELLO')],
        ['down', text('WORLD')],
        ['down', text('!')],
      ],
      ['up bytes “HELLO”', 'down bytes “WORLD”', 'down bytes “!”'],
    ],
    [
      'what follows another upgrade',
      [
        [
          'up',
          text(
            'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: own\r\nConnection: upgrade\r\n\r\n',
          ),
        ],
        [
          'down',
          text(
            'HTTP/1.1 101 Switching Protocols\r\nUpgrade: own\r\nConnection: upgrade\r\n\r\n',
          ),
        ],
        ['down', text('one')],
        ['down', text('two')],
      ],
      [
        'up http/1.1 request headers “”',
        'down http/1.1 response headers “”',
        'down bytes “one”',
        'down bytes “two”',
      ],
    ],
  ])(
    'of a protocol that is not known: each read as it comes: %s',
    (_, steps, units) => {
      expect(shown(steps)).toEqual(units);
      // And each when it has come, but for what could still be HTTP.
      const decoder = decodeConnection();
      const last = steps.pop()!;
      for (const step of steps) decoder.feed(...step);
      expect(decoder.feed(...last)).toHaveLength(1);
    },
  );

  test('of a long read: in pieces', () => {
    const steps: Step[] = [['down', new Uint8Array(9_000)]];
    const sizes = decodeCalls(decodeConnection, steps).map(({ size }) => size);
    expect(sizes).toEqual([4_096, 4_096, 808]);
  });

  test('of which bytes are gone: nobody can say', () => {
    const [unit] = decode(oneWay(lineDecoder), [['down', text('one\n')]]);
    expect(contentOf(unit!, text('ne\n'))).toBeUndefined();
  });
});
