/** What only Node takes off: it goes on from call to call, within bounds. */
import { once } from 'node:events';
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createZstdCompress,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { concat } from '../bytes.ts';
import { decodeBody } from '../coding/content-coding.ts';
import { nodeDecompressors } from '../coding/node-decompressors.ts';
import { decodeConnection } from '../connection.ts';
import { utf8 } from '../text.ts';
import { bytes, byteByByte, cutInto, decode, text, type Step } from './cuts.ts';

const lines = (count: number): string =>
  Array.from({ length: count }, (_, n) => `${n} ${Math.sin(n)}\n`).join('');
const compressors = {
  br: { sync: brotliCompressSync, stream: createBrotliCompress },
  zstd: { sync: zstdCompressSync, stream: createZstdCompress },
};

describe.each(['br', 'zstd'] as const)('%s', (name) => {
  const { sync, stream } = compressors[name];
  const make = () => nodeDecompressors[name]!();

  test('is taken off byte by byte as at once', () => {
    const plain = lines(5_000);
    const packed = sync(plain);
    const whole = make().write(packed, Infinity);
    expect(utf8(whole)).toBe(plain);
    const one = make();
    const pieces = Array.from(packed, (byte) =>
      one.write(Uint8Array.of(byte), Infinity),
    );
    expect(one.problem).toBeUndefined();
    expect(utf8(concat(pieces))).toBe(plain);
  });

  test('gives what the sender has flushed, and goes on after it', async () => {
    const sender = stream();
    const taker = make();
    const got: string[] = [];
    for (const word of ['one', 'two', 'three']) {
      sender.write(word);
      const flushed = new Promise<void>((resolve) => sender.flush(resolve));
      await flushed;
      const packed = sender.read() as Uint8Array;
      got.push(utf8(taker.write(packed, Infinity)));
    }
    expect(got).toEqual(['one', 'two', 'three']);
    taker.close();
  });

  test('stops at a limit, with so many bytes', () => {
    const taker = make();
    const made = taker.write(sync('x'.repeat(1_000_000)), 99_999);
    expect(made.length).toBe(99_999);
    expect(taker.problem).toBe(
      `${name} of more than 99,999 bytes: the limit for inflated bytes was reached`,
    );
    expect(taker.write(bytes('00'), Infinity).length).toBe(0);
  });

  test('of other bytes says so, and gives nothing more', () => {
    const taker = make();
    expect(taker.write(text('hello, world, hello'), Infinity).length).toBe(0);
    expect(taker.problem).toMatch(
      new RegExp(`^expected ${name}, found other bytes: `),
    );
    expect(taker.write(sync('a'), Infinity).length).toBe(0);
  });

  test('that is closed gives nothing more', () => {
    const taker = make();
    taker.close();
    taker.close();
    expect(taker.write(sync('a'), Infinity).length).toBe(0);
  });

  test('takes about ten times as long for ten times the bytes', () => {
    const cost = (packed: Uint8Array): number => {
      const taker = make();
      const before = process.cpuUsage();
      for (let at = 0; at < packed.length; at += 16)
        taker.write(packed.subarray(at, at + 16), Infinity);
      const { user, system } = process.cpuUsage(before);
      taker.close();
      return user + system;
    };
    const least = (packed: Uint8Array) =>
      Math.min(...Array.from({ length: 8 }, () => cost(packed)));
    const [short, long] = [sync(lines(1_000)), sync(lines(10_000))];
    least(short);
    // One that begins again with each piece takes a hundred times as long.
    expect(least(long) / least(short)).toBeLessThan(50);
  });
});

test('zstd with a window of more than 8 MB is refused: RFC 9659', async () => {
  const packed = async (windowLog: number): Promise<Uint8Array> => {
    const params = { [constants.ZSTD_c_windowLog]: windowLog };
    const sender = createZstdCompress({ params });
    const pieces: Uint8Array[] = [];
    sender.on('data', (piece: Uint8Array) => pieces.push(piece));
    sender.end('a');
    await once(sender, 'end');
    return concat(pieces);
  };
  const taken = async (windowLog: number) =>
    decodeBody(await packed(windowLog), ['zstd'], nodeDecompressors);
  expect(utf8((await taken(23)).bytes)).toBe('a');
  expect((await taken(24)).problem).toMatch(/^expected zstd, found other/);
});

test('several codings are taken off in turn, the last one first', () => {
  const packed = brotliCompressSync(gzipSync('Hello'));
  const made = decodeBody(packed, ['gzip', 'br'], nodeDecompressors);
  expect(utf8(made.bytes)).toBe('Hello');
  const five = Array.from({ length: 5 }, () => 'gzip');
  expect(decodeBody(packed, five).isCoded).toBe(true);
});

describe('A response', () => {
  const response = (headers: string, body: Uint8Array): Step[] => [
    ['up', text('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
    ['down', concat([text(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\n`), body])],
  ];
  const make = () => decodeConnection({ decompressors: nodeDecompressors });
  const told = (steps: Step[], by = make): string[] => {
    const units = (cut: Step[]) =>
      decode(by, cut)
        .slice(2)
        .map(({ summary, text: shown, ranges }) => ({
          line: shown === undefined ? summary : `${summary} “${shown}”`,
          ranges,
        }));
    expect(units(byteByByte(steps))).toEqual(units(steps));
    expect(units(cutInto(steps, [3, 1, 7]))).toEqual(units(steps));
    return units(steps).map(({ line }) => line);
  };
  const EVENTS = 'Content-Type: text/event-stream\r\nContent-Encoding: ';

  test.each(['br', 'zstd'] as const)(
    'of an event stream in %s: each event, when its bytes have come',
    async (name) => {
      const sender = compressors[name].stream();
      const pieces: Uint8Array[] = [];
      for (const event of ['data: one\n\n', 'data: two\n\n']) {
        sender.write(event);
        await new Promise<void>((resolve) => sender.flush(resolve));
        pieces.push(sender.read() as Uint8Array);
      }
      const [head, body] = response(`${EVENTS}${name}`, new Uint8Array(0));
      const decoder = make();
      decoder.feed(...head!);
      decoder.feed(...body!);
      const live = pieces.map((piece) =>
        decoder.feed('down', piece).map((unit) => unit.text),
      );
      expect(live).toEqual([['one'], ['two']]);
      const steps = response(`${EVENTS}${name}`, concat(pieces));
      expect(told(steps).slice(0, 2)).toEqual([
        expect.stringMatching(
          /^event: 11 bytes, 3 of data; compressed to \d+ bytes “one”$/,
        ),
        expect.stringMatching(/“two”$/),
      ]);
    },
  );

  test.each(['none', 'Identity', ' identity ', '', 'none, identity'])(
    'whose Content-Encoding is "%s" has no coding',
    (coding) => {
      const steps = response(`${EVENTS}${coding}`, text('data: a\n\n'));
      expect(told(steps)[0]).toBe('event: 9 bytes, 1 of data “a”');
    },
  );

  test.each([
    ['x-gzip', gzipSync('Hello')],
    ['zstd', zstdCompressSync('Hello')],
    ['gzip, br', brotliCompressSync(gzipSync('Hello'))],
  ])('in %s shows its text', (coding, body) => {
    const headers = `Content-Encoding: ${coding}\r\nContent-Length: ${body.length}`;
    expect(told(response(headers, body))).toEqual([
      `body: ${body.length} bytes, compressed with ${coding} “Hello”`,
    ]);
  });

  test('in a coding that is not known names it', () => {
    const headers = 'Content-Encoding: dcz\r\nContent-Length: 5';
    const steps = response(headers, text('Hello'));
    expect(told(steps)).toEqual(['body: 5 bytes, compressed with dcz']);
  });

  test('in br names it where nothing takes it off', () => {
    const body = brotliCompressSync('data: a\n\n');
    const steps = response(`${EVENTS}br`, body);
    expect(told(steps, () => decodeConnection())).toEqual([
      `body: ${body.length} bytes, text/event-stream, compressed with br`,
    ]);
  });

  test('that is no br after all says so, once', () => {
    const steps = response(`${EVENTS}br`, text('data: a\n\ndata: b\n\n'));
    expect(told(steps)[0]).toMatch(
      /^the compressed event stream cannot be read on: expected br, found other bytes/,
    );
  });
});
