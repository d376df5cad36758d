/** RFC 7541, appendix C. */
import { describe, expect, test } from '@jest/globals';
import { hpackDecoder, readRepresentations } from '../hpack/decoder.ts';
import { bytes } from './cuts.ts';
import { casesOf } from './forbidden/case.ts';

const REQUEST = [':method', 'GET', ':scheme', 'http', ':path', '/'];
const FIRST = [...REQUEST, ':authority', 'www.example.com'];
const SECOND = [...FIRST, 'cache-control', 'no-cache'];
const THIRD =
  ':method GET :scheme https :path /index.html :authority www.example.com custom-key custom-value'.split(
    ' ',
  );

type Block = [block: string, fields: string[], tableSize: number];

// C.3 and C.5: written out; C.4 and C.6: Huffman. One table for each three.
const plain: Block[] = [
  ['8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d', FIRST, 57],
  ['8286 84be 5808 6e6f 2d63 6163 6865', SECOND, 110],
  [
    '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    THIRD,
    164,
  ],
];
const huffman: Block[] = [
  ['8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', FIRST, 57],
  ['8286 84be 5886 a8eb 1064 9cbf', SECOND, 110],
  ['8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf', THIRD, 164],
];

describe('A header block is decoded', () => {
  test.each([
    ['written out (C.3)', plain],
    ['in Huffman code (C.4)', huffman],
  ])('%s', (_, blocks) => {
    const decoder = hpackDecoder();
    for (const [block, fields, tableSize] of blocks) {
      const list = decoder.decode(bytes(block));
      expect(list).toEqual({ fields, problem: undefined });
      expect(decoder.table.size).toBe(tableSize);
    }
  });

  test('while entries are evicted from a table of 256 bytes (C.5)', () => {
    const decoder = hpackDecoder();
    const blocks = [
      // The table's size is set by SETTINGS there; here by the block.
      '3f e1 01 4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '4803 3330 37c1 c0bf',
    ];
    const [first, second] = blocks.map((block) => decoder.decode(bytes(block)));
    const date = ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'];
    const location = ['location', 'https://www.example.com'];
    const rest = ['cache-control', 'private', ...date, ...location];
    expect(first!.fields).toEqual([':status', '302', ...rest]);
    expect(second!.fields).toEqual([':status', '307', ...rest]);
    expect(decoder.table.size).toBe(222);
    expect(decoder.table.length).toBe(4);
  });
});

describe('Integers (C.1)', () => {
  test.each([
    ['10 with a prefix of 5 bits', '2a', 10],
    ['1337 with a prefix of 5 bits', '3f 9a 0a', 1337],
  ])('%s', (_, block, value) => {
    const [one] = readRepresentations(bytes(block)).representations;
    expect(one?.index).toBe(value);
  });

  test('42 at an octet boundary', () => {
    const block = bytes('00 01 61 2a', '62'.repeat(42));
    const [one] = readRepresentations(block).representations;
    expect(one?.value).toEqual({ start: 4, end: 46, isHuffman: false });
  });
});

describe('What is wrong is said of', () => {
  test.each(
    casesOf(
      `
RFC 7541, 5.1
  an integer without an end | 7f ffffffffffff00 | expected an integer of at most 6 bytes
  an integer that is cut | 7f ff | expected the rest of an integer, the block ended

RFC 7541, 5.2
  a string that is missing | 40 | expected a string, the block ended
  a string that is cut | 40 03 61 | expected a string of 3 bytes, found 1
  padding that is too long | 00 82 1fff 00 | expected at most 7 bits of padding, all of them 1
  the end-of-string symbol | 00 84 ffffffff 00 | expected no end-of-string symbol in a Huffman-coded string

RFC 7541, 2.3.3
  index 0 | 80 | expected an index from 1 to 61, found 0
  an index too high | be | expected an index from 1 to 61, found 62

RFC 7541, 6.3
  a table larger than allowed | 3f e2 1f | expected a table of at most 4,096 bytes, found 4,097

RFC 7541, 4.2
  a change of size after a field | 82 20 | expected a change of the table size before all fields`,
      bytes,
    ),
  )('$title', ({ sent, says, section }) => {
    const { problem } = hpackDecoder().decode(sent);
    expect(problem).toBe(`${says} (${section})`);
  });

  test('every block after one that was lost', () => {
    const decoder = hpackDecoder();
    decoder.decode(bytes('be'));
    expect(decoder.decode(bytes('82'))).toEqual({
      fields: [],
      problem: 'the fields cannot be read, as an earlier block could not',
    });
  });
});
