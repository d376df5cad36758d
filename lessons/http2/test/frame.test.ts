import { expect, test } from '@jest/globals';
import {
  decodeFrame,
  decodeGoaway,
  decodeSettings,
  encodeFrame,
} from '../frame.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** RFC 9113, 6, each frame spelled out by hand. */
const table = (
  [
    ['SETTINGS that say nothing', '000000 04 00 00000000', 'SETTINGS', 0, 0],
    ['SETTINGS, acknowledged', '000000 04 01 00000000', 'SETTINGS', 1, 0],
    ['both ends', '000003 01 05 00000001', 'HEADERS', 5, 1, '828784'],
    ['DATA, the last', '000005 00 01 00000003', 'DATA', 1, 3, '48656c6c6f'],
    ['CANCEL', '000004 03 00 00000007', 'RST_STREAM', 0, 7, '00000008'],
    ['PING', '000008 06 00 00000000', 'PING', 0, 0, '0102030405060708'],
    ['GOAWAY', '000008 07 00 00000000', 'GOAWAY', 0, 0, '0000001300000000'],
    // Of the highest stream that there can be.
    [
      'a window',
      '000004 08 00 7fffffff',
      'WINDOW_UPDATE',
      0,
      0x7fffffff,
      '00010000',
    ],
  ] as const
).map(([what, head, type, flags, stream, payload = '']) => {
  const frame = { type, flags, stream, payload: hex(payload) };
  return [what, head + payload, frame] as const;
});

test.each(table)('%s, written and read', (_what, bytes, frame) => {
  expect(Buffer.from(encodeFrame(frame)).toString('hex')).toBe(
    hex(bytes).toString('hex'),
  );
  const { frame: read, end } = decodeFrame(hex(bytes))!;
  expect(end).toBe(hex(bytes).length);
  expect({ ...read, payload: Buffer.from(read.payload) }).toEqual(frame);
});

test('a frame that has not come whole is none, wherever it is cut', () => {
  for (const [, text] of table) {
    const bytes = hex(text);
    for (let end = 0; end < bytes.length; end += 1)
      expect(decodeFrame(bytes.subarray(0, end))).toBeUndefined();
  }
});

test('frames that come glued are read one after another', () => {
  let bytes = Buffer.concat(table.map(([, text]) => hex(text)));
  const read: (string | undefined)[] = [];
  while (bytes.length > 0) {
    const { frame, end } = decodeFrame(bytes)!;
    read.push(frame.type);
    bytes = bytes.subarray(end);
  }
  expect(read).toEqual(table.map(([, , { type }]) => type));
});

test('the length takes three bytes, and the first bit of a stream is nothing', () => {
  const payload = new Uint8Array(70_000);
  const large = encodeFrame({ type: 'DATA', flags: 0, stream: 1, payload });
  expect(Buffer.from(large.subarray(0, 9)).toString('hex')).toBe(
    '011170000000000001',
  );
  expect(decodeFrame(large)!.end).toBe(70_009);
  expect(decodeFrame(hex('000000 00 00 80000005'))!.frame.stream).toBe(5);
});

test('an unknown type is no error: it is read, and has no name', () => {
  const { frame, end } = decodeFrame(hex('000001 fa 00 00000000 2a ffff'))!;
  expect([frame.type, end]).toEqual([undefined, 10]);
});

test('what GOAWAY and SETTINGS carry', () => {
  expect(decodeGoaway(hex('00000013 0000000b 68656c6c6f'))).toEqual({
    last: 19,
    error: 'ENHANCE_YOUR_CALM',
  });
  expect([...decodeSettings(hex('0003 00000080 0008 00000001'))]).toEqual([
    [3, 128],
    [8, 1],
  ]);
});
