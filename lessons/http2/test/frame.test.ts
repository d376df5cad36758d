import { expect, test } from '@jest/globals';
import {
  decodeFrame,
  decodeGoaway,
  decodeSettings,
  encodeFrame,
  type Frame,
} from '../frame.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** RFC 9113, section 6, each frame spelled out by hand. */
const table: [what: string, bytes: string, frame: Frame & { type: any }][] = [
  [
    'SETTINGS that say nothing',
    '000000 04 00 00000000',
    { type: 'SETTINGS', flags: 0, stream: 0, payload: hex('') },
  ],
  [
    'SETTINGS, acknowledged',
    '000000 04 01 00000000',
    { type: 'SETTINGS', flags: 1, stream: 0, payload: hex('') },
  ],
  [
    'HEADERS: end of the headers, end of the stream',
    '000003 01 05 00000001 828784',
    { type: 'HEADERS', flags: 5, stream: 1, payload: hex('828784') },
  ],
  [
    'DATA, the last of stream 3',
    '000005 00 01 00000003 48656c6c6f',
    { type: 'DATA', flags: 1, stream: 3, payload: hex('48656c6c6f') },
  ],
  [
    'RST_STREAM: CANCEL',
    '000004 03 00 00000007 00000008',
    { type: 'RST_STREAM', flags: 0, stream: 7, payload: hex('00000008') },
  ],
  [
    'PING',
    '000008 06 00 00000000 0102030405060708',
    { type: 'PING', flags: 0, stream: 0, payload: hex('0102030405060708') },
  ],
  [
    'GOAWAY after stream 19, without an error',
    '000008 07 00 00000000 0000001300000000',
    { type: 'GOAWAY', flags: 0, stream: 0, payload: hex('0000001300000000') },
  ],
  [
    'WINDOW_UPDATE of the highest stream that there can be',
    '000004 08 00 7fffffff 00010000',
    {
      type: 'WINDOW_UPDATE',
      flags: 0,
      stream: 0x7fffffff,
      payload: hex('00010000'),
    },
  ],
];

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
