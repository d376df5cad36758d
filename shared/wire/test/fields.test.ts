/** What a unit tells when it is chosen: labels, places, values, meanings. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { nodeDecompressors } from '../coding/node-decompressors.ts';
import { concat } from '../bytes.ts';
import { http1Decoder } from '../http1/decoder.ts';
import { http2Decoder } from '../http2/decoder.ts';
import { mqttDecoder } from '../mqtt/decoder.ts';
import {
  bytesOf,
  type ConnectionDecoder,
  type Kind,
  describe as fieldsOf,
} from '../unit.ts';
import { webSocketDecoder } from '../websocket/decoder.ts';
import { decode, recorded, text, type Step } from './cuts.ts';
import { VECTORS } from './vectors/all.ts';
import { FIRST } from './vectors/http2-frames.ts';
import { stepsOf } from './vectors/vector.ts';

/** The fields of the first unit of a kind: `label 3+5,10+1 = value`. */
function fields(
  make: () => ConnectionDecoder,
  steps: Step[],
  kind: Kind,
  which = 0,
): string[] {
  const whole = recorded(steps);
  const unit = decode(make, steps).filter((one) => one.kind === kind)[which]!;
  const own = bytesOf(unit, whole[unit.direction]);
  return fieldsOf(unit, own, nodeDecompressors).map(
    ({ label, ranges, value }) => {
      const places = ranges.map(([start, end]) => `${start}+${end - start}`);
      return [label, places.join(','), '=', value].filter(Boolean).join(' ');
    },
  );
}

describe('Every field of every vector', () => {
  const all = Object.values(VECTORS).flat();
  test('has a label, a meaning, a section where one governs, and its place', () => {
    let count = 0;
    for (const { make, steps, first } of all) {
      const whole = recorded(steps);
      for (const unit of decode(make, steps)) {
        const { direction } = unit;
        const own = bytesOf(unit, whole[direction], first?.[direction]);
        for (const field of fieldsOf(unit, own)) {
          count++;
          expect(field.label).not.toBe('');
          expect(field.meaning).not.toBe('');
          expect(field.section).toMatch(
            /^$|^(RFC \d+|HTML|MQTT|Fetch|CSP|OASIS),? ?[\dA-Z.]*/,
          );
          for (const [start, end] of field.ranges) {
            const isInside = unit.ranges.some(
              ([from, to]) => from <= start && end <= to && start < end,
            );
            expect({ field, isInside }).toEqual({ field, isInside: true });
          }
        }
      }
    }
    expect(count).toBeGreaterThan(1_000);
  });
});

describe('HTTP/1.1', () => {
  test('a request', () => {
    const steps = stepsOf('→ "GET /board HTTP/1.1⏎Host: a⏎X-Own:b⏎⏎"');
    expect(fields(http1Decoder, steps, 'http/1.1 request headers')).toEqual([
      'method 0+3 = GET',
      'target 4+6 = /board',
      'version 11+8 = HTTP/1.1',
      'Host 21+7 = a',
      'X-Own 30+7 = b',
      'blank line 39+2 =',
    ]);
  });

  test('a response, a chunk with an extension, the last chunk with a trailer', () => {
    const steps = stepsOf(`
      ← "HTTP/1.1 200 OK⏎Transfer-Encoding: chunked⏎⏎2;a=b⏎hi⏎0⏎X: y⏎⏎"
    `);
    expect(fields(http1Decoder, steps, 'http/1.1 response headers')).toEqual([
      'version 0+8 = HTTP/1.1',
      'status 9+3 = 200',
      'reason 13+2 = OK',
      'Transfer-Encoding 17+26 = chunked',
      'blank line 45+2 =',
    ]);
    expect(fields(http1Decoder, steps, 'http/1.1 chunk')).toEqual([
      'size 47+1 = 2 = 2',
      'extensions 48+4 = ;a=b',
      'line end 52+2 = CR LF',
      'data 54+2 = hi',
      'line end 56+2 = CR LF',
    ]);
    expect(fields(http1Decoder, steps, 'http/1.1 last chunk')).toEqual([
      'size 58+1 = 0 = 0',
      'line end 59+2 = CR LF',
      'X 61+4 = y',
      'blank line 67+2 =',
    ]);
  });

  test('an event in two chunks: its fields are in several places', () => {
    const steps = stepsOf(String.raw`
      ← "HTTP/1.1 200 OK⏎Content-Type: text/event-stream⏎Transfer-Encoding: chunked⏎⏎"
      ← "a⏎id: 7\ndata⏎6⏎: ab\n\n⏎0⏎⏎"
    `);
    expect(fields(http1Decoder, steps, 'event')).toEqual([
      'id 83+5 = 7',
      'data 89+4,98+4 = ab',
      'blank 103+1 =',
      'last event id = 7',
    ]);
  });

  test('a compressed body, as text', () => {
    const body = gzipSync('{"board":[]}');
    const head = 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n';
    const steps: Step[] = [['down', concat([text(head), body])]];
    expect(fields(http1Decoder, steps, 'body')).toEqual([
      `content 43+${body.length} = {"board":[]}`,
    ]);
  });
});

const inflating = () =>
  webSocketDecoder({
    deflate: {
      up: { contextTakeover: true },
      down: { contextTakeover: true },
    },
  });

describe('WebSocket', () => {
  test('a long length, and bytes that are not text', () => {
    const steps = stepsOf('← 82 7e 0080 ff×128');
    expect(fields(webSocketDecoder, steps, 'websocket binary')).toEqual([
      'FIN 0+1 = 1',
      'RSV 0+1 = 000',
      'opcode 0+1 = 2 binary',
      'MASK 1+1 = 0',
      'length 1+3 = 128',
      `payload 4+128 = ${'ff '.repeat(64)}…`,
    ]);
  });

  test('a close frame', () => {
    const steps = stepsOf('← 88 05 03e9 627965');
    expect(fields(webSocketDecoder, steps, 'websocket close').slice(5)).toEqual(
      ['code 2+2 = 1001', 'reason 4+3 = bye'],
    );
  });

  test('a message of masked fragments, with a ping between', () => {
    const steps = stepsOf(
      '→ 01 82 01020304 496b 89 80 00000000 → 80 81 05060708 24',
    );
    expect(fields(webSocketDecoder, steps, 'websocket message')).toEqual([
      'fragment 1 6+2 = 2 bytes',
      'fragment 2 20+1 = 1 byte',
      'message = Hi!',
    ]);
  });

  test('a compressed message that refers to the one before', () => {
    const steps = stepsOf('← c1 07 f248cdc9c90700 c1 05 f200110000');
    expect(fields(inflating, steps, 'websocket text', 1).slice(4)).toEqual([
      'length 10+1 = 5',
      'payload 11+5 = f2 00 11 00 00',
      'inflated = Hello',
    ]);
  });
});

describe('HTTP/2', () => {
  test('a header block: each field with its bytes, also from the table', () => {
    const steps = stepsOf(`
      → "PRI * HTTP/2.0⏎⏎SM⏎⏎"
      → [01 05 1] ${FIRST}
      → [01 2d 3] 01 80000001 0f 3fe11f 82 be 1f15 03 612f62 00
    `);
    expect(fields(http2Decoder, steps, 'http/2 HEADERS', 1)).toEqual([
      'length 53+3 = 18',
      'type 56+1 = 1 HEADERS',
      'flags 57+1 = 0x2d END_STREAM, END_HEADERS, PADDED, PRIORITY',
      'stream 58+4 = 3',
      'padding length 62+1 = 1',
      'priority 63+5 = stream 1, weight 16',
      'table size 68+3 = 4,096',
      ':method 71+1 = GET',
      ':authority 72+1 = www.example.com',
      'expires 73+6 = a/b',
      'padding 79+1 = 00',
    ]);
  });

  test('windows, in both directions', () => {
    const steps = stepsOf(`
      → "PRI * HTTP/2.0⏎⏎SM⏎⏎"
      → [04 00 0] 0004 000003e8
      → [01 04 1] ${FIRST}
      → [00 08 1] 02 616263 0000
      ← [01 04 1] 88
      ← [00 00 1] 00×100
      → [08 00 1] 00000064
      → [08 00 0] 00000001
    `);
    const last = (kind: Kind, which: number) =>
      fields(http2Decoder, steps, kind, which).slice(4);
    expect(last('http/2 DATA', 0)).toEqual([
      'padding length 77+1 = 2',
      'data 78+3 = abc',
      'padding 81+2 = 00 00',
      'window of the stream = 65,529',
      'window of the connection = 65,529',
    ]);
    expect(last('http/2 DATA', 1).slice(1)).toEqual([
      'window of the stream = 900',
      'window of the connection = 65,435',
    ]);
    expect(last('http/2 WINDOW_UPDATE', 0)).toEqual([
      'increment 92+4 = 100',
      'window of the stream = 1,000',
      'window of the connection = 65,435',
    ]);
    expect(last('http/2 WINDOW_UPDATE', 1).slice(1)).toEqual([
      'window of the connection = 65,436',
    ]);
  });

  test('settings, reasons and extensions by their names', () => {
    const steps = stepsOf(`
      → "PRI * HTTP/2.0⏎⏎SM⏎⏎"
      ← [04 00 0] 0001 00000000 0008 00000001 00aa 00000005
      ← [07 00 0] 00000005 0000000b "calm"
      ← [03 00 1] 00000007
      ← [05 04 1] 00000002 82
      → [10 00 0] 00000001 "u=0"
      ← [0a 00 0] 0001 "a" "h3"
      ← [0c 00 0] 0001 "b"
      → [06 01 0] 0102030405060708
      → [02 00 5] 00000003 00
      → [2a 00 5] c0
    `);
    const of = (kind: Kind) => fields(http2Decoder, steps, kind).slice(4);
    expect(of('http/2 SETTINGS')).toEqual([
      'HEADER_TABLE_SIZE 9+6 = 0',
      'ENABLE_CONNECT_PROTOCOL 15+6 = 1',
      'unknown setting 170 21+6 = 5',
    ]);
    expect(of('http/2 GOAWAY')).toEqual([
      'last stream 36+4 = 5',
      'error code 40+4 = ENHANCE_YOUR_CALM',
      'debug data 44+4 = calm',
    ]);
    expect(of('http/2 RST_STREAM')).toEqual([
      'error code 57+4 = REFUSED_STREAM',
    ]);
    expect(of('http/2 PUSH_PROMISE')).toEqual([
      'promised stream 70+4 = 2',
      ':method 74+1 = GET',
    ]);
    expect(of('http/2 PRIORITY_UPDATE')).toEqual([
      'prioritized stream 33+4 = 1',
      'priority 37+3 = u=0',
    ]);
    expect(of('http/2 ALTSVC')).toEqual([
      'origin 86+1 = a',
      'alternatives 87+2 = h3',
    ]);
    expect(of('http/2 ORIGIN')).toEqual(['origin 98+3 = b']);
    expect(of('http/2 PING')).toEqual(['data 49+8 = 01 02 03 04 05 06 07 08']);
    expect(of('http/2 PRIORITY')).toEqual([
      'priority 66+5 = stream 3, weight 1',
    ]);
    expect(of('http/2 unknown frame')).toEqual(['payload 80+1 = c0']);
  });

  test('a header list over several frames', () => {
    const steps = stepsOf(
      `→ "PRI * HTTP/2.0⏎⏎SM⏎⏎" → [01 01 1] 8286 → [09 04 1] 84`,
    );
    expect(fields(http2Decoder, steps, 'http/2 header list')).toEqual([
      ':method 33+1 = GET',
      ':scheme 34+1 = http',
      ':path 44+1 = /',
    ]);
  });
});

describe('MQTT', () => {
  test('CONNECT with everything', () => {
    const steps = stepsOf(`
      → 10 1c 0004 "MQTT" 04 ee 000a 0001 "a" 0001 "w" 0002 "by" 0001 "u" 0003 ff0102
    `);
    expect(fields(mqttDecoder, steps, 'mqtt CONNECT')).toEqual([
      'type 0+1 = 1 CONNECT',
      'flags 0+1 = 0000',
      'remaining length 1+1 = 28',
      'protocol 2+6 = MQTT',
      'level 8+1 = 4',
      'flags 9+1 = clean session, will, will QoS 1, will retain, user name, password',
      'keep alive 10+2 = 10 s',
      'client identifier 12+3 = a',
      'will topic 15+3 = w',
      'will message 18+4 = by',
      'user name 22+3 = u',
      'password 25+5 = ff 01 02',
    ]);
  });

  test('PUBLISH, SUBSCRIBE and their acknowledgements', () => {
    const steps = stepsOf(`
      → 3b 07 0001 61 0005 6869 82 06 0006 0001 61 02
      ← 40 02 0005 90 03 0006 80 20 02 01 05
    `);
    const of = (kind: Kind) => fields(mqttDecoder, steps, kind);
    expect(of('mqtt PUBLISH')).toEqual([
      'type 0+1 = 3 PUBLISH',
      'DUP 0+1 = 1',
      'QoS 0+1 = 1',
      'RETAIN 0+1 = 1',
      'remaining length 1+1 = 7',
      'topic 2+3 = a',
      'packet identifier 5+2 = 5',
      'payload 7+2 = hi',
    ]);
    expect(of('mqtt SUBSCRIBE').slice(3)).toEqual([
      'packet identifier 11+2 = 6',
      'topic filter 13+3 = a',
      'requested QoS 16+1 = 2',
    ]);
    expect(of('mqtt PUBACK').slice(3)).toEqual(['packet identifier 2+2 = 5']);
    expect(of('mqtt SUBACK').slice(4)).toEqual(['granted 8+1 = refused']);
    expect(of('mqtt CONNACK').slice(3)).toEqual([
      'session present 11+1 = 1',
      'return code 12+1 = 5 refused: not authorized',
    ]);
  });
});

test('A ClientHello names whom the client wants, in plain text', () => {
  const [first] = VECTORS['TLS in the wrong place']!;
  expect(fields(first!.make, first!.steps, 'bytes')).toEqual([
    'type 0+1 = 22',
    'version 1+2 = TLS',
    'length 3+2 = 71',
    'message 5+1 = ClientHello',
    'server name 68+8 = app.test',
  ]);
});
