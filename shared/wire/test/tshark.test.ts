/**
 * A stranger to compare with: tshark opens our file, and sees the same units,
 * in the same order, with the same values.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile, spawnSync } from '../../programs/start.ts';
import { writePcapng } from '../pcapng.ts';
import type { RecordedConnection } from '../recording.ts';
import { readPdml, type PdmlPacket } from './pdml.ts';
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
  let connections: RecordedConnection[];
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
    await writeFile(file, writePcapng({ connections }));
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
