import { afterEach, describe, expect, test } from '@jest/globals';
import type { Direction } from '../events.ts';
import { randomFrom } from '../random.ts';
import { Recording } from '../recording.ts';
import { all, cleanUp, connect, next, startTap, startTarget } from './rig.ts';

afterEach(cleanUp);

const BLOCK = 8192;

/** A recording, and a short way to feed it. */
function rig(blocks: number) {
  const recording = new Recording(blocks * BLOCK);
  const offsets = new Map<string, number>();
  let time = 0;
  const open = (connection: number) =>
    recording.open({
      connection,
      time,
      client: { host: '127.0.0.1', port: 1 },
      port: 2,
      encrypted: false,
    });
  const read = (connection: number, direction: Direction, bytes: Buffer) => {
    const key = `${connection} ${direction}`;
    const offset = offsets.get(key) ?? 0;
    offsets.set(key, offset + bytes.length);
    time += 1;
    recording.read({ connection, direction, time, held: 0.5, offset, bytes });
  };
  const close = (connection: number) => recording.close({ connection, time });
  return { recording, open, read, close };
}

describe('a recording', () => {
  test('gives back what is more than one share of its memory', () => {
    const { recording, open, read } = rig(300);
    open(1);
    const parts = Array.from({ length: 250 }, (_, at) =>
      Buffer.alloc(BLOCK, at),
    );
    for (const part of parts) read(1, 'up', part);
    const whole = Buffer.concat(parts);
    expect(recording.dropped.bytes).toBe(0);
    expect(recording.bytes(1, 'up', 0, whole.length)!.equals(whole)).toBe(true);
  });

  test('gives back reads as they came, and bytes from where one likes', () => {
    const { recording, open, read } = rig(128);
    open(1);
    const random = randomFrom(1, 'reads');
    const sent = { up: [] as Buffer[], down: [] as Buffer[] };
    for (let at = 0; at < 200; at += 1) {
      const direction = random() < 0.5 ? 'up' : 'down';
      // From one byte to several blocks.
      const length = 1 + Math.floor(random() ** 6 * 3 * BLOCK);
      const bytes = Buffer.alloc(length, at);
      sent[direction].push(bytes);
      read(1, direction, bytes);
    }
    const reads = [...recording.reads(1)];
    expect(reads).toHaveLength(200);
    expect(reads.map(({ time }) => time)).toEqual(reads.map((_, at) => at + 1));
    expect(reads[0]).toMatchObject({ connection: 1, held: 0.5, offset: 0 });
    for (const direction of ['up', 'down'] as const) {
      const bytes = Buffer.concat(sent[direction]);
      const ofIt = reads.filter((one) => one.direction === direction);
      expect(ofIt.map((one) => one.bytes.toString('hex'))).toEqual(
        sent[direction].map((one) => one.toString('hex')),
      );
      for (let times = 0; times < 100; times += 1) {
        const start = Math.floor(random() * bytes.length);
        const end = start + Math.floor(random() * (bytes.length - start));
        const part = recording.bytes(1, direction, start, end)!;
        expect(part.equals(bytes.subarray(start, end))).toBe(true);
      }
      expect(recording.bytes(1, direction, 0, bytes.length + 1)).toBe(
        undefined,
      );
      expect(recording.bytes(2, direction, 0, 0)).toBe(undefined);
    }
  });

  test('drops connections that are closed first, whole, in the order they closed', () => {
    const { recording, open, read, close } = rig(8);
    const block = Buffer.alloc(BLOCK - 16);
    for (const connection of [1, 2, 3]) {
      open(connection);
      read(connection, 'up', block);
      read(connection, 'down', block);
    }
    close(3);
    close(1);
    open(4);
    for (const left of [
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [1, 2, 4],
    ]) {
      read(4, 'down', block);
      expect(recording.connections().map((one) => one.connection)).toEqual(
        left,
      );
    }
    expect(recording.dropped).toEqual({
      connections: 1,
      reads: 2,
      bytes: 2 * block.length,
    });
    expect(recording.connection(2)).toMatchObject({
      up: { bytes: block.length, reads: 1, from: 0 },
    });
    read(4, 'up', block);
    read(4, 'up', block);
    expect(recording.connection(1)).toBe(undefined);
    expect(recording.bytes(1, 'up', 0, 1)).toBe(undefined);
    expect([...recording.reads(1)]).toEqual([]);
  });

  test('takes the oldest bytes of a live connection when none is closed, and marks it', () => {
    const { recording, open, read } = rig(4);
    open(1);
    open(2);
    read(1, 'down', Buffer.alloc(100, 'a'));
    for (let at = 0; at < 80; at += 1) {
      read(2, 'down', Buffer.alloc(1000, at));
      read(2, 'up', Buffer.alloc(10, at));
    }
    const one = recording.connection(1)!;
    expect(one.down).toEqual({ bytes: 100, reads: 1, from: 100 });
    const two = recording.connection(2)!;
    expect(two.down.from).toBeGreaterThan(0);
    expect(two.up.from).toBeGreaterThan(0);
    expect(recording.bytes(2, 'down', two.down.from - 1, 80_000)).toBe(
      undefined,
    );
    const kept = recording.bytes(2, 'down', two.down.from, 80_000)!;
    expect(kept.length).toBe(80_000 - two.down.from);
    expect(kept.at(-1)).toBe(79);
    const { dropped } = recording;
    expect(dropped.bytes).toBe(100 + two.down.from + two.up.from);
    expect(dropped.connections).toBe(0);
    const reads = [...recording.reads(2)];
    expect(reads[0]!.offset + reads[0]!.bytes.length).toBeGreaterThan(0);
    expect(reads.length + dropped.reads).toBe(161);
    // It goes on as before.
    read(1, 'down', Buffer.from('later'));
    expect(String(recording.bytes(1, 'down', 100, 105))).toBe('later');
  });

  test('survives ten times its size in random reads, counting right', () => {
    const { recording, open, read, close } = rig(16);
    const random = randomFrom(2, 'storm');
    const live: number[] = [];
    const sums = new Map<number, number>();
    let total = 0;
    let opened = 0;
    while (total < 160 * BLOCK) {
      const dice = random();
      if (dice < 0.05 || live.length === 0) {
        opened += 1;
        open(opened);
        sums.set(opened, 0);
        live.push(opened);
      } else if (dice < 0.09) {
        close(live.splice(Math.floor(random() * live.length), 1)[0]!);
      } else {
        const connection = live[Math.floor(random() * live.length)]!;
        const bytes = Buffer.alloc(
          1 + Math.floor(random() ** 4 * 20_000),
          connection,
        );
        read(connection, random() < 0.5 ? 'up' : 'down', bytes);
        sums.set(connection, sums.get(connection)! + bytes.length);
        total += bytes.length;
      }
    }
    let kept = 0;
    for (const { connection, up, down } of recording.connections()) {
      expect(up.bytes + down.bytes).toBe(sums.get(connection));
      for (const { bytes } of recording.reads(connection)) {
        kept += bytes.length;
        const expected = Buffer.alloc(bytes.length, connection);
        expect(bytes.equals(expected)).toBe(true);
      }
    }
    expect(kept + recording.dropped.bytes).toBe(total);
    expect(recording.dropped.connections).toBeGreaterThan(0);
  });

  test('forgets connections without bytes too', () => {
    const { recording, open, close } = rig(4);
    for (let connection = 1; connection <= 100; connection += 1) {
      open(connection);
      close(connection);
    }
    expect(recording.connections().length).toBe(4);
    expect(recording.dropped.connections).toBe(96);
  });

  test('forgets a connection that closes when it has nothing left', () => {
    const { recording, open, close } = rig(4);
    for (const connection of [1, 2, 3, 4, 5]) open(connection);
    expect(recording.connections()).toHaveLength(5);
    close(1);
    expect(recording.connection(1)).toBe(undefined);
    close(2);
    expect(recording.connection(2)).toMatchObject({ closed: 0 });
  });

  test('keeps the first 256 strikes of a connection and counts the others', () => {
    const { recording, open } = rig(4);
    open(1);
    for (let time = 0; time < 300; time += 1) {
      recording.fault({ connection: 1, time, fault: 'stall', text: '' });
    }
    const { faults, moreFaults } = recording.connection(1)!;
    expect([faults.length, moreFaults]).toEqual([256, 44]);
  });
});

describe('a tap', () => {
  test('records both directions of a connection, its ends and its close', async () => {
    const port = await startTarget((socket) => {
      socket.once('data', () => socket.end('answer'));
    });
    const tap = await startTap(port);
    const closed = next(tap, 'close');
    const before = Date.now();
    const { client, raw } = await connect(tap.port);
    const { localPort } = raw;
    client.end('question');
    await all(client);
    const { time } = await closed;
    const [one, ...others] = tap.recording.connections();
    expect(others).toEqual([]);
    expect(one).toMatchObject({
      connection: 1,
      opened: {
        connection: 1,
        client: { host: '127.0.0.1', port: localPort },
        encrypted: false,
      },
      up: { bytes: 8, reads: 1, from: 0 },
      down: { bytes: 6, reads: 1, from: 0 },
      closed: time,
      faults: [],
    });
    const ends = one!.ends.map(({ direction, how }) => `${direction} ${how}`);
    expect(ends.toSorted()).toEqual(['down fin', 'up fin']);
    const [question, answer] = [...tap.recording.reads(1)];
    expect(String(question!.bytes)).toBe('question');
    expect(String(answer!.bytes)).toBe('answer');
    expect(answer!.time).toBeGreaterThan(question!.time);
    expect(tap.began + question!.time).toBeGreaterThanOrEqual(before - 1);
    expect(tap.began + question!.time).toBeLessThanOrEqual(Date.now() + 1);
  });
});
