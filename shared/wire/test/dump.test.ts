/** Dumps as they stand in a terminal. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { decodeConnection } from '../connection.ts';
import { dump, lineOf } from '../dump.ts';
import { eventStreamDecoder } from '../event-stream/decoder.ts';
import { bytesOf } from '../unit.ts';
import { webSocketDecoder } from '../websocket/decoder.ts';
import { bytes, decode, oneWay, recorded, text, type Step } from './cuts.ts';

function dumps(make: Parameters<typeof decode>[0], steps: Step[]): string[][] {
  const whole = recorded(steps);
  return decode(make, steps).map((unit) => {
    const own = bytesOf(unit, whole[unit.direction]);
    return dump(unit, own);
  });
}

describe('A dump', () => {
  test('of a masked frame: label, bytes, value, meaning, section', () => {
    const steps: Step[] = [['up', bytes('81 85 37fa213d 7f9f4d5158')]];
    expect(dumps(webSocketDecoder, steps)).toEqual([
      [
        '→ text: 11 bytes, 5 of payload  “Hello”',
        '  FIN  bytes 0–0',
        '    81                                                .',
        '    = 1',
        '    the last frame of the message (RFC 6455, 5.2)',
        '  RSV  bytes 0–0',
        '    81                                                .',
        '    = 000',
        '    for extensions; 0 if none uses them (RFC 6455, 5.2)',
        '  opcode  bytes 0–0',
        '    81                                                .',
        '    = 1 text',
        '    a message of text in UTF-8 (RFC 6455, 5.6)',
        '  MASK  bytes 1–1',
        '    85                                                .',
        '    = 1',
        '    the payload is masked, as in every frame of a client (RFC 6455, 5.2)',
        '  length  bytes 1–1',
        '    85                                                .',
        '    = 5',
        '    bytes of payload; up to 125 fit into 7 bits (RFC 6455, 5.2)',
        '  masking key  bytes 2–5',
        '    37 fa 21 3d                                       7.!=',
        '    = 37 fa 21 3d',
        '    random; each byte of payload is XORed with one of these four (RFC 6455, 5.3)',
        '  payload  bytes 6–10',
        '    7f 9f 4d 51 58                                    ..MQX',
        '    = Hello',
        '    the payload, its mask taken off (RFC 6455, 5.3)',
      ],
    ]);
  });

  test('of an event, whose lines are in several rows', () => {
    const steps: Step[] = [
      ['down', text('id: 42\ndata: a line of text, long enough\n\n')],
    ];
    expect(dumps(oneWay(eventStreamDecoder), steps)).toEqual([
      [
        '← event 42: 42 bytes, 27 of data  “a line of text, long enough”',
        '  id  bytes 0–5',
        '    69 64 3a 20 34 32                                 id: 42',
        '    = 42',
        '    sent as Last-Event-ID when the client reconnects (HTML, 9.2.6)',
        '  data  bytes 7–39',
        '    64 61 74 61 3a 20 61 20  6c 69 6e 65 20 6f 66 20  data: a line of ',
        '    74 65 78 74 2c 20 6c 6f  6e 67 20 65 6e 6f 75 67  text, long enoug',
        '    68                                                h',
        '    = a line of text, long enough',
        '    a line of the data; several are joined with line feeds (HTML, 9.2.6)',
        '  blank  bytes 41–41',
        '    0a                                                .',
        '    a blank line: the event is complete and dispatched (HTML, 9.2.6)',
        '  last event id',
        '    = 42',
        '    the value of event.lastEventId in the page (HTML, 9.2.6)',
      ],
    ]);
  });

  test('shows all bytes, and all text', () => {
    const steps: Step[] = [['up', text('?'.repeat(4_000))]];
    const [lines] = dumps(() => decodeConnection(), steps);
    const row = `    ${'3f '.repeat(8)} ${'3f '.repeat(8)} ${'?'.repeat(16)}`;
    expect(lines!.slice(1)).toEqual([
      '  bytes  bytes 0–3999',
      ...Array.from({ length: 250 }, () => row),
      '    not decoded',
    ]);
  });

  test('of a long compressed body shows all of its text', () => {
    const plain = Array.from({ length: 9_000 }, (_, n) => `line ${n}\r`);
    const body = gzipSync(plain.join('\n'));
    const headers = `Content-Encoding: gzip\r\nContent-Length: ${body.length}`;
    const steps: Step[] = [
      ['up', text('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
      ['down', bytes(text(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\n`), body)],
    ];
    const lines = dumps(() => decodeConnection(), steps).at(-1)!;
    const from = lines.indexOf('  content: 97,889 bytes, without its gzip');
    expect(lines.slice(from + 1)).toHaveLength(9_000);
    expect(lines.at(-1)).toBe('    line 8999\\r');
  });

  test('of hostile text lets nothing through to the terminal', () => {
    const steps: Step[] = [
      ['down', text('event: \u001b[2J\u202e\u009b1A\ndata: \u0007\u200f\n\n')],
    ];
    const [lines] = dumps(oneWay(eventStreamDecoder), steps);
    expect(lines![0]).toBe(
      '← event, \\u001b[2J\\u202e\\u009b1A: 31 bytes, 4 of data',
    );
    expect(lines!.join('')).not.toMatch(/\p{Cc}|\u200f|\u202e/u);
  });

  test('says when the bytes are not there any more', () => {
    const [unit] = decode(webSocketDecoder, [['down', bytes('81 00')]]);
    expect(dump(unit!, new Uint8Array(0))).toEqual([
      '← text: 2 bytes, 0 of payload',
      '  bytes',
      '    = 0 bytes',
      '    expected 2 bytes: the rest is not recorded any more',
    ]);
  });
});

test('A line of a token quotes it once', () => {
  const data = '{"type":"text-delta","delta":"Hel"}';
  const steps: Step[] = [['down', text(`data: ${data}\n\n`)]];
  expect(decode(oneWay(eventStreamDecoder), steps).map(lineOf)).toEqual([
    `← event: 43 bytes, 35 of data  “Hel” ${data}`,
  ]);
});

test('A line shows what is wrong, and what is carried by others', () => {
  const steps: Step[] = [
    ['down', bytes('01 01 61', '80 01 62', '83 00', '81 7f ff')],
  ];
  expect(decode(webSocketDecoder, steps).map(lineOf)).toEqual([
    '← text, first fragment “a”: 3 bytes, 1 of payload',
    '← continuation, last fragment “b”: 3 bytes, 1 of payload',
    '←   message, text, of 2 frames: 2 bytes  “ab”',
    '← reserved: 2 bytes, 0 of payload  ! expected an opcode of 0, 1, 2, 8, 9 or 10, found 3 (RFC 6455, 5.2)',
    '← expected the rest of a frame, the connection ended after 3 bytes of it (RFC 6455, 5.2) (byte 8)',
  ]);
});
