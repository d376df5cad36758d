/**
 * Compared with another program: tshark opens our file, and sees the same units,
 * in the same order, with the same values.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile, spawnSync } from '@on-the-wire/system/programs/start.ts';
import { withoutSecrets } from '../masking/connection.ts';
import { writePcapng } from '../pcapng/pcapng.ts';
import type { CapturedConnection } from '../capture.ts';
import { readPdml, type PdmlPacket } from './pdml.ts';
import { PROTOCOLS, Random } from './secret-places.ts';
import { allSessions } from './sessions.ts';
import { byTshark, of } from './told-by-tshark.ts';
import { byUs } from './told-by-us.ts';

const hasTshark = !spawnSync('tshark', ['--version'], { stdio: 'ignore' })
  .error;
if (!hasTshark)
  console.warn(
    'Skipped: comparing with Wireshark needs tshark on PATH (Debian package "tshark").',
  );

(hasTshark ? describe : describe.skip)('tshark', () => {
  let connections: CapturedConnection[];
  let packets: PdmlPacket[];
  let folder: string;

  beforeAll(async () => {
    connections = await allSessions();
    connections[0]!.comments.push({
      time: connections[0]!.reads[2]!.time,
      text: 'fault: latency 300 ms',
    });
    folder = await mkdtemp(join(tmpdir(), 'wire-'));
    const file = join(folder, 'all.pcapng');
    await writeFile(file, writePcapng({ version: '0.1.0', connections }));
    const { stdout } = await execFile(
      'tshark',
      [
        '-r',
        file,
        '-T',
        'pdml',
        '-o',
        'ip.check_checksum:TRUE',
        '-o',
        'tcp.check_checksum:TRUE',
      ],
      { maxBuffer: 64 * 1_048_576 },
    );
    packets = readPdml(stdout);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('sees the same units, in the same order, with the same values', () => {
    const ours = byUs(connections);
    const theirs = byTshark(packets);
    expect(Object.keys(theirs).length).toBe(connections.length * 2 - 1);
    expect(theirs).toEqual(ours);
  });

  test('finds every checksum right, and nothing missing or repeated', () => {
    const fields = packets.flatMap(({ protocols }) =>
      protocols.flatMap((protocol) => protocol.fields),
    );
    const status = fields.filter(({ name }) =>
      name.endsWith('checksum.status'),
    );
    expect(status.length).toBe(packets.length * 2);
    expect(status.filter(({ show }) => show !== '1')).toEqual([]);
    const complaints = fields.filter(
      ({ name }) =>
        /^tcp\.analysis\.(?!ack_rtt|acks_frame|bytes_in|initial|push)/.test(
          name,
        ) || name === '_ws.malformed',
    );
    expect(complaints).toEqual([]);
  });

  test('finds nothing missing in a recording without its secrets', async () => {
    const random = new Random(20_260);
    const made = Object.values(PROTOCOLS).flatMap((make) => [
      make(random),
      make(random),
    ]);
    const masked = made.map(({ steps, parts }, i) =>
      withoutSecrets({
        id: i + 1,
        realPort: 5173,
        secure: false,
        start: 0,
        reads: steps
          .filter(([, bytes]) => bytes.length > 0)
          .map(([direction, bytes], time) => ({ direction, time, bytes })),
        ends: [],
        comments: [],
        ...parts,
      }),
    );
    const file = join(folder, 'masked.pcapng');
    await writeFile(file, writePcapng({ connections: masked }));
    const wrong =
      'tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment || ' +
      'tcp.analysis.retransmission || tcp.analysis.out_of_order';
    const lines = async (filter: string[]) =>
      (await execFile('tshark', ['-r', file, ...filter])).stdout
        .split('\n')
        .filter(Boolean);
    expect(await lines(['-Y', wrong])).toEqual([]);
    expect((await lines([])).length).toBeGreaterThan(made.length * 4);
  });

  test('shows the comments: the real port, and what happened', () => {
    const comments = packets
      .flatMap(({ protocols }) => protocols)
      .filter(({ name }) => name === 'pkt_comment')
      .flatMap((protocol) => of(protocol, 'frame.comment'));
    expect(comments).toContain('fault: latency 300 ms');
    expect(comments).toContain(
      `connection: 1\nreal port: ${connections[0]!.realPort}\nTLS: no`,
    );
  });
});
