/**
 * A file that somebody else hands over: whatever is in it, it is opened or
 * refused in a sentence, and what it opens to is no more than what it has.
 */
import { beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { bytes, text, type Step } from '@on-the-wire/wire/test/cuts.ts';
import { randomCases } from '@on-the-wire/wire/test/random-cases.ts';
import { readPcapng, writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import type { CapturedConnection } from '@on-the-wire/wire/capture.ts';
import { isUnit } from '../source.ts';
import { SavedRun } from '../saved/saved.ts';

const START = Date.UTC(2013, 9, 21);

function connection(
  id: number,
  steps: Step[],
  parts: Partial<CapturedConnection> = {},
): CapturedConnection {
  const reads = steps.map(([direction, piece], i) => ({
    direction,
    time: START + i,
    bytes: piece,
  }));
  return {
    id,
    realPort: 5173,
    secure: false,
    start: START,
    reads,
    ends: [
      { direction: 'up', time: START + 20, how: 'fin' },
      { direction: 'down', time: START + 21, how: 'rst' },
    ],
    comments: [
      { time: START + 1, text: 'fault latency: from here on' },
      { time: START + 2, text: 'chosen: up, byte 0, layer 0' },
    ],
    ...parts,
  };
}

/** One of each protocol, with all that a connection may have. */
const whole = writePcapng({
  connections: [
    connection(1, [
      ['up', text('GET /events HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\n\r\n')],
      ['down', text('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n')],
      ['down', text('Transfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n')],
    ]),
    connection(
      2,
      [
        ['up', text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
        ['up', bytes('000000 04 00 00000000 000004 01 05 00000001 82868441')],
        ['down', bytes('000008 07 00 00000000 0000000000000000')],
      ],
      { secure: true, alpn: 'h2', missing: { up: 0, down: 5_000 } },
    ),
    connection(3, [['up', bytes('10 0d 0004 4d515454 04 02 003c 0001 61')]]),
    connection(4, [['down', text('one\ntwo')]], { protocol: { by: 'lines' } }),
  ],
});

/** The blocks of a file; each begins with its type and its size. */
function blocksOf(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < file.length;) {
    const size = view.getUint32(at + 4, true);
    blocks.push(file.subarray(at, at + size));
    at += size;
  }
  return blocks;
}

type Change = [
  kind: 'remove' | 'repeat' | 'move' | 'byte' | 'number' | 'cut' | 'grow',
  at: number,
  where: number,
  value: number,
];
const change: fc.Arbitrary<Change> = fc.tuple(
  fc.constantFrom<Change[0]>(
    'remove',
    'repeat',
    'move',
    'byte',
    'number',
    'cut',
    'grow',
  ),
  fc.nat(),
  // Often in what a block begins with: sizes, lengths, addresses.
  fc.oneof(fc.nat(60), fc.nat()),
  fc.oneof(
    fc.constantFrom(0, 1, 4, 12, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff),
    fc.nat(0xffff_ffff),
  ),
);

function changed(changes: Change[]): Uint8Array {
  const blocks: Uint8Array[] = blocksOf(whole).map((each) => each.slice());
  for (const [kind, place, where, value] of changes) {
    if (blocks.length === 0) break;
    const at = place % blocks.length;
    const block = blocks[at]!;
    const inside = where % Math.max(block.length, 1);
    const view = new DataView(block.buffer, block.byteOffset, block.length);
    if (kind === 'remove') blocks.splice(at, 1);
    else if (kind === 'repeat') blocks.splice(at, 0, block.slice());
    else if (kind === 'move')
      blocks.splice(where % blocks.length, 0, ...blocks.splice(at, 1));
    else if (kind === 'byte') block[inside] = value;
    else if (kind === 'number' && block.length >= 4)
      view.setUint32(Math.min(inside & ~3, block.length - 4), value, true);
    else if (kind === 'cut') blocks[at] = block.slice(0, inside);
    else if (kind === 'grow')
      blocks[at] = bytes(block, '7f'.repeat(value % 64));
  }
  return bytes(...blocks);
}

/** @returns whether it was opened; otherwise it was refused in a sentence */
async function opens(file: Uint8Array): Promise<boolean> {
  let run: SavedRun;
  try {
    run = new SavedRun(readPcapng(file));
  } catch (error) {
    expect(String(error)).toMatch(
      /^NotOurFile: Cannot open this recording: expected .+, found .+\. Open/s,
    );
    return false;
  }
  // Every unit has bytes, and every note a packet.
  expect(run.lines.length).toBeLessThanOrEqual(file.length);
  for (const line of run.lines) {
    const details = run.details(line.n);
    expect(details !== undefined).toBe(isUnit(line));
  }
  return true;
}

describe('A damaged file is opened or refused in a sentence, and nothing else', () => {
  /** How often each came of it. */
  let opened = 0;
  let refused = 0;
  const take = async (file: Uint8Array) => {
    if (await opens(file)) opened += 1;
    else refused += 1;
  };
  beforeEach(() => {
    opened = 0;
    refused = 0;
  });

  test('whichever number in the first of its blocks is another', async () => {
    const values = [0, 1, 4, 12, 40, 0x7f, 0xffff, 0x7fff_ffff, 0xffff_ffff];
    for (let at = 0; at < 6; at++)
      for (let word = 0; word < 20; word++)
        for (const value of values)
          await take(changed([['number', at, word * 4, value]]));
    expect(opened).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });

  test('whatever has become of its blocks and bytes', async () => {
    const numRuns = randomCases(1_000);
    // Always the same in `pnpm test`, others in each round of `pnpm soak`.
    const seed = process.env['ALL_CASES'] === undefined ? { seed: 1 } : {};
    const changes = fc.array(change, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, (list) => take(changed(list))),
      { numRuns, ...seed },
    );
    expect(opened).toBeGreaterThan(numRuns / 10);
    expect(refused).toBeGreaterThan(numRuns / 10);
  });
});
