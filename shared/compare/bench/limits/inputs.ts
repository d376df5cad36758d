/**
 * What a peer could send to keep a decoder busy, or to fill its memory: few
 * bytes that become many, and many units in few bytes.
 */
import { constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { concat } from '@on-the-wire/wire/bytes.ts';
import { decodeConnection } from '@on-the-wire/wire/connection.ts';
import { http2Decoder, PREFACE } from '@on-the-wire/wire/http2/decoder.ts';
import { mqttDecoder } from '@on-the-wire/wire/mqtt/decoder.ts';
import type { ConnectionDecoder, Direction } from '@on-the-wire/wire/unit.ts';
import { webSocketDecoder } from '@on-the-wire/wire/websocket/decoder.ts';

/** Something that costs a decoder as much as it may. */
export interface Input {
  title: string;
  make: () => ConnectionDecoder;
  /** What is sent, in order. */
  steps: () => [Direction, Uint8Array][];
}

const MIB = 1_048_576;
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const GET = bytes('GET /events HTTP/1.1\r\nHost: a\r\n\r\n');

function events(coding: string, body: Uint8Array): [Direction, Uint8Array][] {
  const fields = `Content-Type: text/event-stream\r\nContent-Encoding: ${coding}`;
  return [
    ['up', GET],
    ['down', bytes(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`)],
    ['down', body],
  ];
}

function frame(type: number, flags: number, stream: number, data: Uint8Array) {
  const header = Buffer.alloc(9);
  header.writeUIntBE(data.length, 0, 3);
  header.set([type, flags], 3);
  header.writeUInt32BE(stream, 5);
  return concat([header, data]);
}

/** Of HTTP/2: `:status` 200 and the fields of an event stream in gzip. */
const gzipEvents = concat([
  Uint8Array.of(0x88, 0x0f, 0x10, 17),
  bytes('text/event-stream'),
  Uint8Array.of(0x0f, 0x0b, 4),
  bytes('gzip'),
]);

function inData(body: Uint8Array): Uint8Array {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += 16_384)
    frames.push(frame(0, 0, 1, body.subarray(at, at + 16_384)));
  return concat(frames);
}

/** A message of WebSocket from the server, compressed; at most 65,535 bytes. */
function message(data: Uint8Array): Uint8Array {
  return concat([
    Uint8Array.of(0xc2, 126, data.length >> 8, data.length),
    data,
  ]);
}

const zeros = (length: number): Uint8Array =>
  deflateRawSync(Buffer.alloc(length), {
    finishFlush: constants.Z_SYNC_FLUSH,
  }).subarray(0, -4);

/** A field that the table keeps, of 4,000 bytes; then its index, many times. */
const LARGE_FIELD = concat([
  Uint8Array.of(0x40, 1, 0x61, 0x7f, 0xa1, 0x1e),
  Buffer.alloc(4_000, 'b'),
]);
const indexes = (count: number): Uint8Array => Buffer.alloc(count, 0xbe);

const repeat = (piece: string | Uint8Array, length: number): Buffer =>
  Buffer.alloc(length, piece);

const http1 = (title: string, coding: string, body: () => Uint8Array) => ({
  title,
  make: () => decodeConnection(),
  steps: () => events(coding, body()),
});

/** All that are measured, in the order of the table. */
export const INPUTS: Input[] = [
  ...[1, 4, 16, 256].map((mib) =>
    http1(`gzip, ${mib} MiB of blank lines`, 'gzip', () =>
      gzipSync(repeat('\n', mib * MIB)),
    ),
  ),
  http1('deflate, 16 MiB of blank lines', 'deflate', () =>
    deflateSync(repeat('\r\n', 16 * MIB)),
  ),
  {
    title: 'gzip in HTTP/2, 16 MiB of blank lines',
    make: http2Decoder,
    steps: () => [
      ['up', bytes(PREFACE)],
      ['up', frame(1, 5, 1, Uint8Array.of(0x82, 0x86, 0x84))],
      ['down', frame(1, 4, 1, gzipEvents)],
      ['down', inData(gzipSync(repeat('\n', 16 * MIB)))],
    ],
  },
  http1('gzip, 16 MiB of empty ids', 'gzip', () =>
    gzipSync(repeat('id\n\n', 16 * MIB)),
  ),
  http1('gzip, 16 MiB of events of 1,000 bytes', 'gzip', () =>
    gzipSync(repeat(`data:${'a'.repeat(993)}\n\n`, 16 * MIB)),
  ),
  http1('gzip, events of 1 MB of short lines', 'gzip', () =>
    gzipSync(repeat(`${'id\n'.repeat(333_333)}\n`, 64 * MIB)),
  ),
  http1('gzip, many empty members', 'gzip', () =>
    repeat(gzipSync(''), 20 * 50_000),
  ),
  http1('1 MiB of blank lines, not compressed', 'identity', () =>
    repeat('\n', MIB),
  ),
  http1('an event of 1 MB of short lines', 'identity', () =>
    repeat(`${'id\n'.repeat(333_333)}\n`, MIB),
  ),
  {
    title: 'WebSocket, a message of 500 MB',
    make: () =>
      webSocketDecoder({
        deflate: {
          up: { contextTakeover: true },
          down: { contextTakeover: true },
        },
      }),
    steps: () => {
      const data = zeros(500_000_000);
      const header = Buffer.alloc(10);
      header.set([0xc2, 127]);
      header.writeUInt32BE(data.length, 6);
      return [['down', concat([header, data])]];
    },
  },
  {
    title: 'WebSocket, 200 messages of 4 MB',
    make: () =>
      webSocketDecoder({
        deflate: {
          up: { contextTakeover: false },
          down: { contextTakeover: false },
        },
      }),
    steps: () => {
      const one = message(zeros(4_000_000));
      return [['down', repeat(one, one.length * 200)]];
    },
  },
  {
    title: 'WebSocket, empty frames',
    make: () => webSocketDecoder(),
    steps: () => [['down', repeat(Uint8Array.of(0x82, 0), MIB)]],
  },
  {
    title: 'WebSocket, empty frames before the response to the upgrade',
    make: () => decodeConnection(),
    steps: () => [
      ['up', bytes('GET / HTTP/1.1\r\nConnection: Upgrade\r\n\r\n')],
      ['up', repeat(Uint8Array.of(0x82, 0), 16_000)],
      ['down', bytes('HTTP/1.1 101 \r\nUpgrade: websocket\r\n\r\n')],
    ],
  },
  {
    title: 'HTTP/2, header lists that repeat a field of 4 KB',
    make: http2Decoder,
    steps: () => [
      ['up', bytes(PREFACE)],
      ['up', frame(1, 4, 1, LARGE_FIELD)],
      ...Array.from({ length: 500 }, (_, n): [Direction, Uint8Array] => [
        'up',
        frame(1, 4, 2 * n + 3, indexes(2_000)),
      ]),
    ],
  },
  {
    title: 'HTTP/2, header blocks of 256 KiB in CONTINUATIONs',
    make: http2Decoder,
    steps: () => [
      ['up', bytes(PREFACE)],
      ...Array.from({ length: 4 }, (_, n): [Direction, Uint8Array] => [
        'up',
        concat([
          frame(1, 0, 2 * n + 1, Uint8Array.of(0x82)),
          ...Array.from({ length: 16 }, () =>
            frame(9, 0, 2 * n + 1, repeat(Uint8Array.of(0x82), 16_000)),
          ),
          frame(9, 4, 2 * n + 1, Uint8Array.of(0x82)),
        ]),
      ]),
    ],
  },
  {
    title: 'HTTP/2, 10,000 event streams in gzip',
    make: http2Decoder,
    steps: () => [
      ['up', bytes(PREFACE)],
      ...Array.from({ length: 10_000 }, (_, n): [Direction, Uint8Array] => [
        'down',
        concat([
          // Written out once, then from the table: 12 bytes.
          n === 0
            ? frame(
                1,
                4,
                1,
                concat([
                  Uint8Array.of(0x88, 0x5f, 17),
                  bytes('text/event-stream'),
                  Uint8Array.of(0x5a, 4),
                  bytes('gzip'),
                ]),
              )
            : frame(1, 4, 2 * n + 1, Uint8Array.of(0x88, 0xbf, 0xbe)),
          frame(0, 0, 2 * n + 1, gzipSync('\n').subarray(0, 13)),
        ]),
      ]),
    ],
  },
  {
    title: 'HTTP/2, unknown frames without payload',
    make: http2Decoder,
    steps: () => [
      ['up', bytes(PREFACE)],
      ['up', repeat(frame(0xee, 0, 0, new Uint8Array(0)), 9 * 100_000)],
    ],
  },
  {
    title: 'HTTP/1.1, requests in one read',
    make: () => decodeConnection(),
    steps: () => [['up', repeat('GET / HTTP/1.1\r\n\r\n', 18 * 50_000)]],
  },
  {
    title: 'HTTP/1.1, header sections of very short lines',
    make: () => decodeConnection(),
    steps: () => {
      const head = `GET / HTTP/1.1\r\n${'a:\n'.repeat(21_000)}\r\n`;
      return [['up', repeat(head, head.length * 16)]];
    },
  },
  {
    title: 'MQTT, packets of 2 bytes',
    make: mqttDecoder,
    steps: () => [['up', repeat(Uint8Array.of(0xc0, 0), MIB)]],
  },
  {
    title: 'empty lines',
    make: () => decodeConnection({ protocol: { by: 'lines' } }),
    steps: () => [['down', repeat('\n', MIB)]],
  },
  {
    title: 'empty messages with a length of 1 byte',
    make: () => decodeConnection({ protocol: { by: 'length', prefix: 1 } }),
    steps: () => [['down', repeat('\0', MIB)]],
  },
  {
    title: 'an unknown protocol, a byte each in turns',
    make: () => decodeConnection({ protocol: 'bytes' }),
    steps: () =>
      Array.from({ length: 200_000 }, (_, n): [Direction, Uint8Array] => [
        n % 2 ? 'up' : 'down',
        Uint8Array.of(63),
      ]),
  },
];
