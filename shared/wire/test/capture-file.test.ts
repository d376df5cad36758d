/** A recording is read where it lies, and says where its bytes are. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { CapturedConnection } from '../capture.ts';
import { openPcapng, type CaptureFile } from '../pcapng/capture-file.ts';
import { writePcapng } from '../pcapng/pcapng.ts';
import { bytes, text } from './cuts.ts';

const START = Date.UTC(2013, 9, 21);

/** More than fits into one packet, so that this read lies in four. */
const large = new Uint8Array(200_000).map((_, i) => i % 251);

function connection(
  id: number,
  parts: Partial<CapturedConnection> = {},
): CapturedConnection {
  return {
    id,
    realPort: 80,
    secure: false,
    start: START,
    reads: [
      { direction: 'up', time: START + 1, bytes: text('abc') },
      { direction: 'down', time: START + 2, bytes: large },
      { direction: 'up', time: START + 3, bytes: text('defg') },
    ],
    ends: [],
    comments: [],
    ...parts,
  };
}

describe('A file that was opened', () => {
  const written = writePcapng({
    connections: [
      connection(1),
      connection(7, { missing: { up: 5_000_000_000, down: 0 } }),
    ],
  });
  let file: CaptureFile;
  beforeAll(() => {
    file = openPcapng(written);
  });

  test('hands on its reads in order, those of several packets whole', () => {
    const told: unknown[] = [];
    for (let at = 0; at < file.length; at++) {
      const { connection: place, time, opens, bytes: read } = file.moment(at);
      if (opens) told.push([place, 'opens']);
      else if (read) told.push([place, time - START, read.length]);
    }
    expect(told).toEqual([
      [0, 'opens'],
      [1, 'opens'],
      [0, 1, 3],
      [1, 1, 3],
      [0, 2, 200_000],
      [1, 2, 200_000],
      [0, 3, 4],
      [1, 3, 4],
    ]);
  });

  test('has the bytes of any place, across reads and packets', () => {
    const some = file.bytes(0, 'up', 1, 6);
    expect(Buffer.from(some).toString()).toBe('bcdef');
    expect(file.bytes(0, 'down', 65_000, 140_000)).toEqual(
      large.slice(65_000, 140_000),
    );
    expect(file.bytes(0, 'up', 6, 99)).toEqual(text('g'));
    expect(file.bytes(0, 'up', 7, 99)).toEqual(bytes());
  });

  test('does not copy bytes of one packet', () => {
    expect(file.bytes(0, 'up', 3, 7).buffer).toBe(written.buffer);
  });

  test('counts from the first byte that was ever sent', () => {
    const from = 5_000_000_000;
    expect(file.bytes(1, 'up', from + 1, from + 4)).toEqual(text('bcd'));
    expect(file.bytes(1, 'up', 0, from)).toEqual(bytes());
  });

  test('knows the reads in which bytes came', () => {
    expect(file.readsWithin(0, 'up', 2, 4)).toEqual([
      { offset: 0, time: START + 1 },
      { offset: 3, time: START + 3 },
    ]);
    expect(file.readsWithin(0, 'up', 3, 4)).toEqual([
      { offset: 3, time: START + 3 },
    ]);
    // In its third packet, but it is one read.
    expect(file.readsWithin(0, 'down', 140_000, 140_001)).toEqual([
      { offset: 0, time: START + 2 },
    ]);
  });

  test('is refused with two connections of the same number', () => {
    const connections = [connection(3), connection(3)];
    expect(() => openPcapng(writePcapng({ connections }))).toThrow(
      'found two connections of the number 3.',
    );
  });

  test('is refused with a second recording behind it, as by `cat`', () => {
    expect(() => openPcapng(bytes(written, written))).toThrow(
      'found two recordings, one behind the other.',
    );
  });

  test('is refused in another byte order, and that is said', () => {
    const bigEndian = bytes(
      '0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c',
    );
    expect(() => openPcapng(bigEndian)).toThrow(
      'found a pcapng file in another byte order.',
    );
  });
});
