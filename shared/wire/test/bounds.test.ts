/**
 * Whatever is sent, in whatever coding and over whatever protocol: there is at
 * most one unit for each byte on the wire, and what decoders make of the bytes
 * is bounded by them, after every feed and in all. With three contents that is
 * less than 1 KiB for each byte, and 16 MiB. Time and memory are measured by
 * `pnpm bench limits`.
 */
import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { concat } from '../bytes.ts';
import { decodeConnection } from '../connection.ts';
import { http2Decoder, PREFACE } from '../http2/decoder.ts';
import { Inflater } from '../coding/inflate.ts';
import {
  EVENT_LIMIT,
  INFLATED_FOR_EACH_BYTE,
  INFLATED_LIMIT,
} from '../limits.ts';
import { mqttDecoder } from '../mqtt/decoder.ts';
import type { ConnectionDecoder, Unit } from '../unit.ts';
import { webSocketDecoder } from '../websocket/decoder.ts';
import { bytes, cutInto, text, type Step } from './cuts.ts';
import { randomCases } from './random-cases.ts';
import { frame } from './vectors/http2-frames.ts';

/** Characters and bytes that units keep: for each byte on the wire, and these. */
const KEPT = 450;
const KEPT_FIXED = 16_384;

// The same cases in each run; `pnpm soak` tries new ones, and prints its seed.
const runs = {
  numRuns: randomCases(150),
  // Cases are large: to look for the smallest that fails would take minutes.
  endOnFailure: true,
  ...(process.env['ALL_CASES'] === undefined && { seed: 20_261_128 }),
};

/** Plain bytes that all inflaters have handed out. */
let inflated = 0;
// oxlint-disable-next-line typescript/unbound-method -- called with its own `this`
const write = Inflater.prototype.write;
beforeAll(() => {
  Inflater.prototype.write = function (piece, from, to, emit) {
    return write.call(this, piece, from, to, (plain, start, end) => {
      inflated += end - start;
      emit(plain, start, end);
    });
  };
});
afterAll(() => {
  Inflater.prototype.write = write;
});

/** Characters and bytes that a unit keeps; a value of a table is kept once. */
function keptBy(unit: Unit, known: Set<string>): number {
  const { summary, problem = '', dissector } = unit;
  let sum = summary.length + problem.length;
  for (const value of Object.values(dissector).flat()) {
    if (value instanceof Uint8Array) sum += value.length;
    if (typeof value !== 'string' || known.has(value)) continue;
    if (unit.kind.startsWith('http/2')) known.add(value);
    sum += value.length;
  }
  return sum;
}

/** @param grows plain bytes that there may be beyond those for each byte */
function check(
  make: () => ConnectionDecoder,
  steps: readonly Step[],
  cuts: number[],
  grows = 0,
): void {
  const decoder = make();
  const known = new Set<string>();
  let wire = 0;
  let units = 0;
  let kept = 0;
  inflated = 0;
  const held = (made: Unit[]): void => {
    units += made.length;
    for (const unit of made) kept += keptBy(unit, known);
    // Compared first: to say what is expected takes longer than to decode.
    if (units > wire) expect({ units }).toEqual({ units: wire });
    expect(kept).toBeLessThan(wire * KEPT + KEPT_FIXED);
    expect(inflated).toBeLessThanOrEqual(wire * INFLATED_FOR_EACH_BYTE + grows);
  };
  for (const [direction, piece] of cutInto(steps, cuts)) {
    wire += piece.length;
    held(decoder.feed(direction, piece));
  }
  held(decoder.end('up'));
  held(decoder.end('down'));
}

const cuts = fc.array(fc.integer({ min: 64, max: 8_192 }), {
  minLength: 1,
  maxLength: 5,
});
const times = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 60 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 5_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 50_000 }) },
);

/** What an event stream may consist of, and may not. */
const piece = fc.oneof(
  fc.constantFrom('\n', '\r\n', '\r', ':\n', ':\n\n', 'id\n\n', 'a\n'),
  fc.constantFrom('data\n\n', 'data:x\n\n', 'id:7\ndata:Zug\n\n', '\0'),
  fc.constantFrom('\u200b'.repeat(40), 'a'.repeat(1_000), 'data:'),
  fc.constant(`id:${'9'.repeat(900)}\n\n`),
  fc.constant(`id:${'\u200b'.repeat(30)}\n\n`),
  // As long as DEFLATE packs best: an event in one or two bytes.
  fc.constant(`data:${'a'.repeat(1_025)}\n\n`),
  fc.constant(`id:${'b'.repeat(253)}\n\n`),
  fc.string({ maxLength: 20 }),
);
/** Bytes of one content; of one that is not compressed much less. */
const MOST = 3_000_000;
const MOST_PLAIN = 200_000;
/** Pieces, each so many times: a content itself is too long to be printed. */
type Parts = [what: string, count: number][];
const content = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.array(fc.tuple(piece, times), { minLength: 1, maxLength: 4 }),
  },
  {
    weight: 1,
    arbitrary: piece.map((what): Parts => [[what, Infinity]]),
  },
);
const join = (parts: Parts): Uint8Array =>
  concat(parts.map(([what, count]) => many(what, count)));

function many(what: string | Uint8Array, count: number): Uint8Array {
  const one = typeof what === 'string' ? text(what) : what;
  if (one.length === 0) return one;
  const most = Math.max(1, Math.floor(MOST / one.length));
  return Buffer.alloc(one.length * Math.min(count, most), one);
}

const flushed = { finishFlush: constants.Z_SYNC_FLUSH };
const codings: [name: string, code: (plain: Uint8Array) => Uint8Array][] = [
  ['identity', (plain) => plain.subarray(0, MOST_PLAIN)],
  ['gzip', (plain) => gzipSync(plain)],
  ['gzip', (plain) => gzipSync(plain, flushed)],
  ['gzip', (plain) => concat([gzipSync(plain), gzipSync(plain)])],
  ['gzip', (plain) => plain.subarray(0, MOST_PLAIN)],
  ['deflate', (plain) => deflateSync(plain)],
  ['deflate', (plain) => deflateRawSync(plain)],
  ['br', (plain) => brotliCompressSync(plain, quick)],
  ['zstd', (plain) => zstdCompressSync(plain)],
];
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const coding = fc.constantFrom(...codings);
const events = 'text/event-stream';
const type = fc.constantFrom(events, events, events, 'text/plain');

const GET: Step = ['up', text('GET / HTTP/1.1\r\n\r\n')];

/** A body in the framings of HTTP/1.1, with as short headers as there can be. */
const framings: ((body: Uint8Array, size: number) => [string, Uint8Array])[] = [
  (body) => [`content-length:${body.length}\n`, body],
  (body) => ['', body],
  (body, size) => {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < body.length; at += size) {
      const data = body.subarray(at, at + size);
      chunks.push(text(`${data.length.toString(16)}\n`), data, text('\n'));
    }
    return ['transfer-encoding:chunked\n', concat([...chunks, text('0\n\n')])];
  },
];

/** `name: value` in HPACK, the name by its index in the static table. */
function field(index: number, value: string): Uint8Array {
  return concat([Uint8Array.of(0x0f, index - 15, value.length), text(value)]);
}

function dataFrames(stream: number, body: Uint8Array, size: number): Step[] {
  const frames: Step[] = [];
  for (let at = 0; at < body.length; at += size)
    frames.push([
      'down',
      frame(`00 00 ${stream}`, body.subarray(at, at + size)),
    ]);
  return frames;
}

describe('There are no more units than bytes, and not much is made of these:', () => {
  const size = fc.integer({ min: 1, max: 16_384 });

  test('a content in HTTP/1.1', () => {
    fc.assert(
      fc.property(
        fc.tuple(type, coding, content, fc.constantFrom(...framings), size),
        cuts,
        ([kind, [name, code], plain, framing, each], sizes) => {
          const [fields, body] = framing(code(join(plain)), each);
          const head = text(
            `HTTP/1.1 200 \ncontent-type:${kind}\ncontent-encoding:${name}\n${fields}\n`,
          );
          const steps: Step[] = [GET, ['down', concat([head, body])]];
          check(decodeConnection, steps, sizes, EVENT_LIMIT);
        },
      ),
      runs,
    );
  });

  test('contents in HTTP/2', () => {
    const one = fc.tuple(type, coding, content, size);
    fc.assert(
      fc.property(
        fc.array(one, { minLength: 1, maxLength: 3 }),
        cuts,
        (all, sizes) => {
          const steps = all.flatMap(
            ([kind, [name, code], plain, each], n): Step[] => [
              ['up', frame(`01 05 ${2 * n + 1}`, '828684')],
              [
                'down',
                frame(
                  `01 04 ${2 * n + 1}`,
                  '88',
                  field(31, kind),
                  field(26, name),
                ),
              ],
              ...dataFrames(2 * n + 1, code(join(plain)), each),
            ],
          );
          const sent: Step[] = [['up', text(PREFACE)], ...steps];
          check(http2Decoder, sent, sizes, EVENT_LIMIT * all.length);
        },
      ),
      runs,
    );
  });

  test('compressed messages of WebSocket', () => {
    const message = fc.tuple(content, fc.constantFrom(0xc1, 0xc2, 0x41, 0x80));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(message, times), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        cuts,
        (messages, contextTakeover, sizes) => {
          const side = { contextTakeover };
          const steps = messages.map(([[plain, first], count]): Step => {
            const data = deflateRawSync(join(plain), flushed).subarray(
              0,
              65_535,
            );
            const length = data.length.toString(16).padStart(4, '0');
            const one = bytes(
              Buffer.from([first]).toString('hex'),
              '7e',
              length,
              data,
            );
            const most = Math.max(1, Math.floor(30_000 / one.length));
            return ['down', many(one, Math.min(count, most))];
          });
          const deflate = { up: side, down: side };
          const make = () => webSocketDecoder({ deflate });
          check(make, steps, sizes, INFLATED_LIMIT);
        },
      ),
      runs,
    );
  });

  test('small pieces, again and again, of every protocol', () => {
    const make: [string, () => ConnectionDecoder, string[]][] = [
      [
        'WebSocket',
        () => webSocketDecoder(),
        ['8200', '0200', '0000', '8000', '010161'],
      ],
      ['MQTT', mqttDecoder, ['c000', 'd000', '30020000', 'e000', '00']],
      [
        'HTTP/2',
        () => {
          const decoder = http2Decoder();
          decoder.feed('up', text(PREFACE));
          return decoder;
        },
        [
          '000000 04 00 00000000',
          '000000 ee 00 00000000',
          '000000 00 00 00000001',
          '000001 01 04 00000001 82',
          '000001 01 00 00000001 82',
          '000000 09 04 00000001',
          '000008 01 04 00000003 40016103626262be',
          '000005 01 04 00000005 bebebebebe',
          '000004 03 00 00000001 00000000',
        ],
      ],
      [
        'HTTP/1.1',
        () => decodeConnection({ protocol: 'http/1.1' }),
        [
          Buffer.from('GET / HTTP/1.1\n\n').toString('hex'),
          Buffer.from('HTTP/1.1 200 \n\n').toString('hex'),
          Buffer.from('HTTP/1.1 200 \ncontent-length:1\n\nx').toString('hex'),
          '0a',
          '0d0a',
        ],
      ],
      [
        'lines',
        () => decodeConnection({ protocol: { by: 'lines' } }),
        ['0a', '0d0a', '61'],
      ],
      [
        'a length before each',
        () => decodeConnection({ protocol: { by: 'length', prefix: 1 } }),
        ['00', '0161'],
      ],
      ['anything', () => decodeConnection(), ['0a', '61', '4745', '00']],
    ];
    const some = make.map(([name, decoder, pieces]) =>
      fc.record({
        name: fc.constant(name),
        decoder: fc.constant(decoder),
        steps: fc.array(
          fc.tuple(
            fc.constantFrom('up' as const, 'down' as const),
            fc.constantFrom(...pieces),
            fc.integer({ min: 1, max: 2_000 }),
          ),
          { minLength: 1, maxLength: 6 },
        ),
      }),
    );
    fc.assert(
      fc.property(fc.oneof(...some), cuts, ({ decoder, steps }, sizes) => {
        const sent = steps.map(([direction, what, count]): Step => [
          direction,
          many(bytes(what), count),
        ]);
        check(decoder, sent, sizes);
      }),
      runs,
    );
  });
});
