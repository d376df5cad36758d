/** What is saved can be opened again, and nothing else can. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readPcapng, writePcapng } from '../pcapng/pcapng.ts';
import { withoutSecrets } from '../masking/connection.ts';
import { unitsOf, type CapturedConnection } from '../capture.ts';
import { bytes, lineOf, text, type Step } from './cuts.ts';
import { randomCases } from './random-cases.ts';
import { FIRST, frame } from './vectors/http2-frames.ts';
import { PREFACE } from '../http2/decoder.ts';

const START = Date.UTC(2013, 9, 21, 20, 13, 21);

function connection(
  steps: Step[],
  parts: Partial<CapturedConnection> = {},
): CapturedConnection {
  return {
    id: 1,
    realPort: 5173,
    secure: false,
    start: START,
    reads: steps.map(([direction, piece], i) => ({
      direction,
      time: START + i + 0.125,
      bytes: piece,
    })),
    ends: [],
    comments: [],
    ...parts,
  };
}

const get: Step = ['up', text('GET / HTTP/1.1\r\n\r\n')];
const answer: Step = ['down', text('HTTP/1.1 204 No Content\r\n\r\n')];

describe('A recording is the same after saving and opening', () => {
  const protocols: Partial<CapturedConnection>[] = [
    {},
    { secure: true, alpn: 'h2', protocol: 'http/2' },
    { protocol: 'http/1.1', missing: { up: 3, down: 5_000_000_000 } },
    { protocol: 'mqtt' },
    { protocol: 'bytes', link: 'browser-nginx-neighbour' },
    { protocol: { by: 'lines' } },
    { protocol: { by: 'length', prefix: 4 } },
  ];
  test('with all that is known of each connection', () => {
    const connections = protocols.map((parts, i) =>
      connection([get, answer], { ...parts, id: i + 1 }),
    );
    expect(readPcapng(writePcapng({ connections }))).toEqual({ connections });
  });

  test('with its ends and comments', () => {
    const one = connection([get, answer], {
      ends: [
        { direction: 'up', time: START + 10, how: 'fin' },
        { direction: 'down', time: START + 11, how: 'rst' },
      ],
      comments: [
        { time: START + 0.5, text: 'fault: latency 300 ms\nfrom here on' },
        { time: START + 9, text: 'Zürich 🚆' },
      ],
    });
    expect(readPcapng(writePcapng({ connections: [one] }))).toEqual({
      connections: [one],
    });
  });

  test('with reads larger than a packet, cut where they were', () => {
    const large = new Uint8Array(200_000).map((_, i) => i % 251);
    const steps: Step[] = [
      ['up', large],
      ['up', large.subarray(0, 65_495)],
      ['up', large.subarray(0, 65_496)],
      ['down', large.subarray(0, 1)],
    ];
    const one = connection(steps);
    const { connections } = readPcapng(writePcapng({ connections: [one] }));
    const { reads } = connections[0]!;
    const asHex = (list: typeof reads) =>
      list.map((read) => [read.time, Buffer.from(read.bytes).toString('hex')]);
    expect(asHex(reads)).toEqual(asHex(one.reads));
  });

  test('with more connections than there are ports', () => {
    const connections = Array.from({ length: 16_400 }, (_, i) =>
      connection([], { id: i + 1 }),
    );
    const opened = readPcapng(writePcapng({ connections }));
    expect(opened.connections.length).toBe(16_400);
    expect(opened.connections.at(-1)).toEqual(connections.at(-1));
  });
});

describe('Which version wrote it stands in the section (shb_userappl):', () => {
  /** Type and length, byte order and version, length unknown. */
  const section = (length: string) =>
    `0a0d0d0a ${length} 4d3c2b1a 0100 0000 ffffffffffffffff`;
  const ours = '4f6e207468652057697265'; // On the Wire

  test('name and version, padded to 32 bits, and read again', () => {
    const file = writePcapng({ version: '0.1.0+bbf1e7c', connections: [] });
    const start = bytes(
      `${section('b0000000')} 0400 1900 ${ours} 20 302e312e302b62626631653763 000000`,
    );
    expect(file.subarray(0, start.length)).toEqual(start);
    expect(readPcapng(file)).toEqual({
      version: '0.1.0+bbf1e7c',
      connections: [],
    });
  });

  test('the name alone, as early versions wrote it', () => {
    const file = writePcapng({ connections: [] });
    const start = bytes(`${section('a0000000')} 0400 0b00 ${ours} 00`);
    expect(file.subarray(0, start.length)).toEqual(start);
    expect(readPcapng(file)).not.toHaveProperty('version');
  });

  test('a version that is not known yet is taken', () => {
    const file = bytes(
      `${section('38000000')} 0400 1100 ${ours} 20 392e312e34 000000 0000 0000 38000000`,
    );
    expect(readPcapng(file)).toEqual({ version: '9.1.4', connections: [] });
  });

  test.each(['', '1 2'])('"%s" is none: the file is refused', (version) => {
    const file = writePcapng({ version, connections: [] });
    refuses(file, `a pcapng file of "On the Wire ${version}"`);
  });
});

function refuses(file: Uint8Array, found: string): void {
  expect(() => readPcapng(file)).toThrow(
    `Cannot open this recording: expected a pcapng file that "On the Wire" has saved, found ${found}. Open other captures in Wireshark.`,
  );
}

describe('Other files are refused:', () => {
  const ours = writePcapng({ connections: [connection([get])] });

  test('an empty one', () => refuses(new Uint8Array(0), 'an empty file'));
  test('one of another kind', () =>
    refuses(text('GIF89a, and so on'), 'another kind of file'));
  test('pcapng of another program', () => {
    const others = ours.slice();
    others.set(text('Wireshark!!'), Buffer.from(ours).indexOf('On the Wire'));
    refuses(others, 'a pcapng file of "Wireshark!!"');
  });
  test('pcapng of a program whose name begins as ours', () => {
    const others = writePcapng({ version: '1', connections: [] });
    others.set(text('On the Wired1'), Buffer.from(others).indexOf('On the'));
    refuses(others, 'a pcapng file of "On the Wired1"');
  });
  test('pcapng of nobody', () => {
    const section = bytes(
      '0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000',
    );
    refuses(section, 'a pcapng file of another program');
  });
  test('one that is cut off', () => {
    expect(() => readPcapng(ours.subarray(0, -8))).toThrow(
      /found a file that is cut off, or damaged at byte \d+\./,
    );
  });

  test('a damaged one is opened or refused, but nothing else happens', () => {
    const numRuns = randomCases(500);
    let refused = 0;
    fc.assert(
      fc.property(fc.nat(ours.length - 1), fc.nat(255), (at, byte) => {
        const damaged = ours.slice();
        damaged[at] = byte;
        try {
          readPcapng(damaged);
        } catch (error) {
          refused++;
          expect(String(error)).toMatch(/^NotOurFile: Cannot open this/);
        }
      }),
      { numRuns },
    );
    expect(refused).toBeGreaterThan(numRuns / 10);
  });
});

/** The values of cookie and authorization in header blocks. */
function cookies(one: CapturedConnection): string[] {
  return unitsOf(one).flatMap(({ dissector }) =>
    ((dissector as { headers?: string[] }).headers ?? []).filter((_, i, all) =>
      ['cookie', 'authorization'].includes(all[i - 1]!),
    ),
  );
}

describe('Secrets are covered, and the rest can still be read:', () => {
  test('cookies and Authorization of HTTP/1.1', () => {
    const steps: Step[] = [
      ['up', text('GET / HTTP/1.1\r\nHost: a\r\nCookie: id=secr')],
      ['up', text('et\r\nAUTHORIZATION:Basic c2VjcmV0\r\n\r\n')],
      [
        'down',
        text('HTTP/1.1 204 No Content\r\nSet-Cookie: id=secret\r\n\r\n'),
      ],
    ];
    const { reads } = withoutSecrets(connection(steps));
    expect(reads.map((read) => new TextDecoder().decode(read.bytes))).toEqual([
      'GET / HTTP/1.1\r\nHost: a\r\nCookie: *******',
      '**\r\nAUTHORIZATION:**************\r\n\r\n',
      'HTTP/1.1 204 No Content\r\nSet-Cookie: *********\r\n\r\n',
    ]);
    expect(new TextDecoder().decode(steps[0]![1])).toContain('id=secr');
  });

  test('those of HTTP/2, in the table too, written out and in Huffman code', () => {
    const steps: Step[] = [
      ['up', text(PREFACE)],
      ['up', frame('01 05 1', FIRST, '60 03', text('a=b'), '57 83 8c d1 bf')],
      ['up', frame('01 05 3', FIRST, 'bf c0')],
    ];
    const original = connection(steps);
    const covered = withoutSecrets(original);
    expect(cookies(original)).toHaveLength(4);
    expect(cookies(covered)).toEqual(['***', '***', '***', '***']);
    expect(unitsOf(covered).map(lineOf)).toEqual(unitsOf(original).map(lineOf));
  });

  test('user name and password of MQTT', () => {
    const one = connection([
      [
        'up',
        bytes(
          '10 16 0004',
          text('MQTT'),
          '04 c2 003c 0001',
          text('a'),
          '0001',
          text('u'),
          '0004',
          text('pass'),
        ),
      ],
    ]);
    const [read] = withoutSecrets(one).reads;
    expect(read!.bytes.subarray(-7)).toEqual(bytes('2a 0004 2a2a2a2a'));
  });
});
