/**
 * How fast the decoders are, and how much a unit weighs. Times are those of the
 * processor, so that other programs do not count; reads have 16 KiB. No message
 * is like the one before it, as decoders remember that.
 */
import { deflateRawSync, constants, createGzip } from 'node:zlib';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate } from 'node:timers/promises';
import { concat } from '@on-the-wire/wire/bytes.ts';
import { decodeConnection } from '@on-the-wire/wire/connection.ts';
import { http2Decoder, PREFACE } from '@on-the-wire/wire/http2/decoder.ts';
import { mqttDecoder } from '@on-the-wire/wire/mqtt/decoder.ts';
import type {
  ConnectionDecoder,
  Direction,
  Unit,
} from '@on-the-wire/wire/unit.ts';
import { webSocketDecoder } from '@on-the-wire/wire/websocket/decoder.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const READ = 16_384;
const encoder = new TextEncoder();
const text = (value: string): Uint8Array => encoder.encode(value);
const many = (times: number, make: (n: number) => Uint8Array): Uint8Array =>
  concat(Array.from({ length: times }, (_, n) => make(n)));

interface Load {
  title: string;
  make: () => ConnectionDecoder;
  before?: [Direction, Uint8Array][];
  direction: Direction;
  bytes: Uint8Array;
}

function update(n: number): string {
  return JSON.stringify({
    id: n,
    train: `IC ${n % 1_000}`,
    to: n % 2 ? 'Zürich HB' : 'Bern',
    time: `12:${String(n % 60).padStart(2, '0')}`,
    platform: n % 40,
    delay: n % 7,
    status: 'delayed',
  });
}

function chunk(data: Uint8Array): Uint8Array {
  return concat([text(`${data.length.toString(16)}\r\n`), data, text('\r\n')]);
}

function frame(type: number, flags: number, stream: number, data: Uint8Array) {
  const header = new Uint8Array(9);
  const view = new DataView(header.buffer);
  view.setUint32(0, data.length << 8);
  view.setUint8(3, type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  return concat([header, data]);
}

function webSocketFrame(first: number, data: Uint8Array, isMasked: boolean) {
  const header = [first, data.length | (isMasked ? 0x80 : 0)];
  const key = [1, 2, 3, 4];
  if (!isMasked) return concat([Uint8Array.from(header), data]);
  const masked = data.map((byte, i) => byte ^ key[i & 3]!);
  return concat([Uint8Array.from([...header, ...key]), masked]);
}

async function gzipEvents(times: number) {
  const gzip = createGzip();
  const pieces: Uint8Array[] = [];
  gzip.on('data', (piece: Uint8Array) => pieces.push(chunk(piece)));
  for (let i = 0; i < times; i++) {
    gzip.write(event(i));
    await new Promise<void>((done) => gzip.flush(constants.Z_SYNC_FLUSH, done));
  }
  gzip.end();
  await once(gzip, 'end');
  return concat(pieces);
}

const get = (n: number): Uint8Array =>
  text(
    `GET /board/${n} HTTP/1.1\r\nHost: localhost:5173\r\nConnection: keep-alive\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\nAccept: */*\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\nReferer: http://localhost:5173/\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: en\r\n\r\n`,
  );
const GET = get(0);
const response = (fields: string): Uint8Array =>
  text(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`);
const whole = (n: number): Uint8Array => {
  const date = new Date(n * 1000).toUTCString();
  const body = text(update(n));
  const fields = `Content-Type: application/json\r\nDate: ${date}\r\nContent-Length: ${body.length}`;
  return concat([response(fields), body]);
};
const event = (n: number): Uint8Array =>
  text(`id: ${n}\nevent: update\ndata: ${update(n)}\n\n`);
const events = response(
  'Content-Type: text/event-stream\r\nTransfer-Encoding: chunked',
);
const gzipped = response(
  'Content-Type: text/event-stream\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked',
);
const small = (n: number): Uint8Array => text(update(n));
const compressed = (n: number): Uint8Array =>
  deflateRawSync(small(n), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(
    0,
    -4,
  );
const deflate = {
  up: { contextTakeover: true },
  down: { contextTakeover: true },
};
// :method GET, :scheme http, :path /, :authority a, x-value: 20 bytes, written
// out.
const headersOf = (n: number): Uint8Array =>
  concat([
    Uint8Array.of(0x82, 0x86, 0x84, 0x01, 1, 0x61, 0x00, 7),
    text('x-value'),
    Uint8Array.of(20),
    text(`a value of ${String(n).padStart(8, '0')}.`),
  ]);
const publish = (n: number): Uint8Array => {
  const payload = small(n);
  const length = payload.length + 15;
  return concat([
    Uint8Array.of(0x30, (length & 127) | 128, length >> 7, 0, 13),
    text('board/updates'),
    payload,
  ]);
};
const prefixed = (n: number): Uint8Array => {
  const payload = small(n);
  return concat([Uint8Array.of(0, payload.length), payload]);
};

const EMPTY = new Uint8Array(0);
const BEGIN = concat([text(PREFACE), frame(4, 0, 0, EMPTY)]);
/** Nearly the largest window there may be, in bytes: 2^31 - 65,536. */
const WIDE = Uint8Array.of(0x7f, 0xff, 0, 0);

async function loads(): Promise<Load[]> {
  return [
    {
      title: 'HTTP/1.1, requests of a browser',
      make: () => decodeConnection(),
      direction: 'up',
      bytes: many(20_000, get),
    },
    {
      title: 'HTTP/1.1, responses of a server',
      make: () => decodeConnection(),
      before: [['up', GET]],
      direction: 'down',
      bytes: many(20_000, whole),
    },
    {
      title: 'HTTP/1.1, a body by its length',
      make: () => decodeConnection(),
      before: [['up', GET]],
      direction: 'down',
      bytes: concat([
        response('Content-Length: 67108864'),
        new Uint8Array(67_108_864),
      ]),
    },
    {
      title: 'HTTP/1.1, chunks of 16 KiB',
      make: () => decodeConnection(),
      before: [['up', GET]],
      direction: 'down',
      bytes: concat([
        response('Transfer-Encoding: chunked'),
        many(4_000, () => chunk(new Uint8Array(16_384))),
      ]),
    },
    {
      title: 'Events in chunks (an event and a chunk are two units)',
      make: () => decodeConnection(),
      before: [['up', GET]],
      direction: 'down',
      bytes: concat([events, many(50_000, (n) => chunk(event(n)))]),
    },
    {
      title: 'Events in chunks, gzip with a flush for each',
      make: () => decodeConnection(),
      before: [['up', GET]],
      direction: 'down',
      bytes: concat([gzipped, await gzipEvents(5_000)]),
    },
    {
      title: 'WebSocket, text, from the server',
      make: () => webSocketDecoder(),
      direction: 'down',
      bytes: many(50_000, (n) => webSocketFrame(0x81, small(n), false)),
    },
    {
      title: 'WebSocket, text, masked',
      make: () => webSocketDecoder(),
      direction: 'up',
      bytes: many(50_000, (n) => webSocketFrame(0x81, small(n), true)),
    },
    {
      title: 'WebSocket, text, compressed',
      make: () => webSocketDecoder({ deflate }),
      direction: 'down',
      bytes: many(20_000, (n) => webSocketFrame(0xc1, compressed(n), false)),
    },
    {
      title: 'HTTP/2, HEADERS that end their stream',
      make: http2Decoder,
      before: [['up', BEGIN]],
      direction: 'up',
      bytes: concat(
        Array.from({ length: 30_000 }, (_, i) =>
          frame(1, 5, i * 2 + 1, headersOf(i)),
        ),
      ),
    },
    {
      title: 'HTTP/2, DATA of 16 KiB',
      make: http2Decoder,
      before: [
        ['up', concat([BEGIN, frame(1, 4, 1, headersOf(0))])],
        ['down', frame(4, 0, 0, EMPTY)],
        ['down', concat([frame(8, 0, 0, WIDE), frame(8, 0, 1, WIDE)])],
      ],
      direction: 'up',
      bytes: many(4_000, () => frame(0, 0, 1, new Uint8Array(16_384))),
    },
    {
      title: 'MQTT, PUBLISH',
      make: mqttDecoder,
      direction: 'down',
      bytes: many(50_000, publish),
    },
    {
      title: 'Lines',
      make: () => decodeConnection({ protocol: { by: 'lines' } }),
      direction: 'down',
      bytes: many(50_000, (n) => text(`${update(n)}\n`)),
    },
    {
      title: 'Messages with a length of 2 bytes',
      make: () => decodeConnection({ protocol: { by: 'length', prefix: 2 } }),
      direction: 'down',
      bytes: many(50_000, prefixed),
    },
  ];
}

function decode(load: Load, keep: Unit[] | undefined): number {
  const decoder = load.make();
  for (const [direction, bytes] of load.before ?? [])
    decoder.feed(direction, bytes);
  let count = 0;
  for (let at = 0; at < load.bytes.length; at += READ) {
    const read = load.bytes.subarray(at, at + READ);
    const units = decoder.feed(load.direction, read);
    count += units.length;
    keep?.push(...units);
  }
  return count;
}

async function inUse(): Promise<number> {
  // What was freed is counted as such some turns later.
  for (let turn = 0; turn < 5; turn++) {
    collect();
    await setImmediate();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes that each unit keeps, its share of everything included. */
async function weigh(load: Load): Promise<number> {
  const before = await inUse();
  const units: Unit[] = [];
  decode(load, units);
  return ((await inUse()) - before) / units.length;
}

function time(load: Load): { count: number; seconds: number } {
  const before = process.cpuUsage();
  const count = decode(load, undefined);
  const { user, system } = process.cpuUsage(before);
  return { count, seconds: (user + system) / 1e6 };
}

const row = (cells: string[]): string =>
  cells.map((cell) => cell.padStart(12)).join('');

/**
 * Measures each decoder three times, and says the median in a line.
 *
 * @param say gets a line as it is known
 */
export async function benchDecoders(
  say: (line: string) => void,
): Promise<void> {
  say(row(['MB/s', 'units/s', 'µs/unit', 'bytes/unit']));
  for (const load of await loads()) {
    time(load);
    const runs = [time(load), time(load), time(load)];
    const { count, seconds } = runs.sort((a, b) => a.seconds - b.seconds)[1]!;
    const cells = [
      (load.bytes.length / 1e6 / seconds).toFixed(0),
      Math.round(count / seconds).toLocaleString('en'),
      ((seconds / count) * 1e6).toFixed(1),
      (await weigh(load)).toFixed(0),
    ];
    say(`${row(cells)}  ${load.title}`);
  }
}
