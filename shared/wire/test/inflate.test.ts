/** Compared with another program: zlib makes the bytes, and reads them too. */
import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  inflateRawSync,
} from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { nodeDecompressors } from '../coding/node-decompressors.ts';
import { concat } from '../bytes.ts';
import { decodeBody } from '../coding/content-coding.ts';
import { Inflater } from '../coding/inflate.ts';
import { bytes, text } from './cuts.ts';
import { randomCases } from './random-cases.ts';

/** All that comes out, fed in pieces of this size. */
function inflate(
  packed: Uint8Array,
  size: number,
): { plain: Uint8Array; inflater: Inflater; read: number } {
  const inflater = new Inflater();
  const pieces: Uint8Array[] = [];
  let read = 0;
  for (let at = 0; at < packed.length && at === read; at += size) {
    const end = Math.min(packed.length, at + size);
    read = inflater.write(packed, at, end, (plain, from, to) =>
      pieces.push(plain.slice(from, to)),
    );
  }
  return { plain: concat(pieces), inflater, read };
}

const levels = fc.integer({ min: 0, max: 9 });
const strategies = fc.constantFrom(
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FIXED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
);
/** Text that repeats itself near and far, and bytes that do not. */
const contents = fc
  .array(
    fc.tuple(
      fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string().map(text)),
      fc.integer({ min: 1, max: 300 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) =>
    concat(parts.flatMap(([part, times]) => Array(times).fill(part))),
  );

describe('Inflating', () => {
  test('gives what zlib has deflated, in pieces of any size', () => {
    fc.assert(
      fc.property(
        contents,
        levels,
        strategies,
        fc.integer({ min: 1, max: 1_000 }),
        (content, level, strategy, size) => {
          const packed = deflateRawSync(content, { level, strategy });
          const { plain, inflater, read } = inflate(packed, size);
          expect(inflater.problem).toBeUndefined();
          expect(inflater.done).toBe(true);
          expect(read).toBe(packed.length);
          expect(Buffer.compare(plain, content)).toBe(0);
        },
      ),
      { numRuns: randomCases(150) },
    );
  });

  test('reaches back 32 KiB, over the edge of its window', () => {
    const far = concat([
      text('seldom seen'),
      new Uint8Array(32_700).map((_, i) => (i * 7919) >> 5),
      text('seldom seen'),
    ]);
    const content = concat([far, far, far, far]);
    const { plain } = inflate(deflateRawSync(content, { level: 9 }), 999);
    expect(Buffer.compare(plain, content)).toBe(0);
  });

  test('of damaged bytes it gives what zlib gives, or says what is wrong', () => {
    const damage = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    const numRuns = randomCases(300);
    let refused = 0;
    fc.assert(
      fc.property(contents, levels, damage, (content, level, [place, byte]) => {
        const packed = deflateRawSync(content, { level });
        packed[place % packed.length] = byte;
        let wanted: Uint8Array | undefined;
        try {
          // Unlike ours it does not mind what follows the end.
          wanted = inflateRawSync(packed, { maxOutputLength: 4_000_000 });
        } catch {
          refused++;
        }
        const { plain, inflater } = inflate(packed, 100);
        if (wanted) expect(Buffer.compare(plain, wanted)).toBe(0);
        else
          expect(inflater.problem !== undefined || !inflater.done).toBe(true);
      }),
      { numRuns },
    );
    expect(refused).toBeGreaterThan(numRuns / 15);
  });

  test('stops at its allowance', () => {
    const inflater = new Inflater();
    inflater.allowance = 1_000;
    let size = 0;
    const packed = deflateRawSync(Buffer.alloc(100_000));
    inflater.write(packed, 0, packed.length, (_, from, to) => {
      size += to - from;
    });
    expect(size).toBe(1_000);
    expect(inflater.problem).toBe('the limit for inflated bytes was reached');
  });

  const problems: [string, string, string][] = [
    [
      'a block of type 3',
      '07',
      'expected a block of type 0, 1 or 2, found 3 (RFC 1951, 3.2)',
    ],
    [
      'a stored length without its complement',
      '01 0100 0000',
      'expected the length of a stored block and its complement (RFC 1951, 3.2)',
    ],
    [
      'codes of code lengths that are not complete',
      '05 00 00 00',
      'expected a complete code for code lengths (RFC 1951, 3.2)',
    ],
    [
      'codes that leave a gap',
      'edc63d0e40401445e1491496c1138542310a8dfc44a198c23686f8895880055880058bde06bc9cdce4bbc79fc6c45712dd9e20088220082d913adb96b9ed799ee7799ed7f32232cc61390000400145dd55d917dbb48f0d0000fc8235bc7b00',
      'expected codes without a gap (RFC 1951, 3.2)',
    ],
  ];
  test.each(problems)('says what is wrong with %s', (_, packed, problem) => {
    expect(inflate(bytes(packed), 1).inflater.problem).toBe(problem);
  });
});

describe('A body is decoded from', () => {
  const content = text('Zürich HB 12:02, platform 7. '.repeat(40));
  const named = bytes(
    '1f8b 08 1e 00000000 00 03',
    '0200 abcd',
    '6100 6200 9999',
  );
  const members: [string, Uint8Array, 'gzip' | 'deflate' | 'br'][] = [
    ['gzip', gzipSync(content), 'gzip'],
    [
      'gzip in two members',
      concat([
        gzipSync(content.subarray(0, 99)),
        gzipSync(content.subarray(99)),
      ]),
      'gzip',
    ],
    [
      'gzip with all optional parts',
      concat([named, deflateRawSync(content), bytes('00000000 00000000')]),
      'gzip',
    ],
    ['deflate', deflateSync(content), 'deflate'],
    ['deflate without the header of zlib', deflateRawSync(content), 'deflate'],
    ['br', brotliCompressSync(content), 'br'],
  ];
  test.each(members)('%s', (_, packed, coding) => {
    const made = decodeBody(packed, [coding], nodeDecompressors);
    expect(made.problem).toBeUndefined();
    expect(new TextDecoder().decode(made.bytes)).toBe(
      new TextDecoder().decode(content),
    );
  });

  test.each([
    ['gzip', '50 4b', "expected gzip's 1f 8b, found 50"],
    ['gzip', '1f 00', "expected gzip's 1f 8b, found 1f 00"],
    ['gzip', '1f 8b 07', 'expected compression method 8 (deflate), found 7'],
    ['br', 'ff ff ff', 'expected br, found other bytes: Decompression failed'],
  ] as const)('%s only if it is: %s', (coding, packed, problem) => {
    expect(decodeBody(bytes(packed), [coding], nodeDecompressors).problem).toBe(
      problem,
    );
  });

  test('br only where something can take it off', () => {
    expect(decodeBody(brotliCompressSync(content), ['br']).problem).toBe(
      'nothing here can take that off',
    );
  });
});
