import { afterEach, describe, expect, test } from '@jest/globals';
import type { RelayDirection } from '../events.ts';
import { randomFrom } from '../random.ts';
import { Recording, type RecordedConnection } from '../recording.ts';
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
  const read = (
    connection: number,
    direction: RelayDirection,
    bytes: Buffer,
  ) => {
    const key = `${connection} ${direction}`;
    const offset = offsets.get(key) ?? 0;
    offsets.set(key, offset + bytes.length);
    time += 1;
    recording.read({ connection, direction, time, held: 0.5, offset, bytes });
  };
  const close = (connection: number) => recording.close({ connection, time });
  const known = () =>
    recording.connections().map(({ connection }) => connection);
  return { recording, open, read, close, known, time: () => time };
}

/** What is known of each connection, and from which byte on it is kept. */
function keptOf(recording: Recording) {
  return Object.fromEntries(
    recording
      .connections()
      .map(({ connection, up, down }) => [connection, [up.from, down.from]]),
  );
}

/** The newest read of which a byte has left since; -1 where none has. */
function newestLost(
  before: RecordedConnection[],
  recording: Recording,
  { reads }: Model,
): number {
  let newest = -1;
  for (const { connection, ...ways } of before) {
    const now = recording.connection(connection);
    for (const way of ['up', 'down'] as const) {
      const from = now?.[way].from ?? ways[way].bytes;
      if (from === ways[way].from) continue;
      for (const one of reads) {
        const isOfIt = one.connection === connection && one.direction === way;
        const lost = one.offset < from && one.end > ways[way].from;
        if (isOfIt && lost) newest = Math.max(newest, one.time);
      }
    }
  }
  return newest;
}

/** The rule, as plainly as it can be written: blocks in a list. */
class Model {
  readonly reads: {
    connection: number;
    direction: RelayDirection;
    time: number;
    offset: number;
    end: number;
  }[] = [];
  readonly #blocks: number;
  /** From the one that was written to longest ago to the one written last. */
  #list: { connection: number; used: number; up: number; down: number }[] = [];
  readonly #sums = new Map<number, { up: number; down: number }>();
  readonly #closed = new Set<number>();

  constructor(blocks: number) {
    this.#blocks = blocks;
  }

  heavy(): number | undefined {
    return [...this.#sums.keys()].find(
      (one) => this.#of(one).length > this.#blocks / 2,
    );
  }

  open(connection: number): void {
    this.#sums.set(connection, { up: 0, down: 0 });
    this.#add(connection);
  }

  close(connection: number): void {
    this.#closed.add(connection);
    this.#forget();
  }

  read(
    connection: number,
    direction: RelayDirection,
    length: number,
    time: number,
  ): void {
    const sums = this.#sums.get(connection)!;
    const offset = sums[direction];
    const end = offset + length;
    this.reads.push({ connection, direction, time, offset, end });
    for (let left = length; left > 0;) {
      let block = this.#of(connection).at(-1);
      if (!block || BLOCK - block.used <= 16) block = this.#add(connection);
      this.#list = [...this.#list.filter((one) => one !== block), block];
      const piece = Math.min(left, BLOCK - block.used - 16);
      block.used += 16 + piece;
      block[direction] += piece;
      sums[direction] += piece;
      left -= piece;
    }
  }

  /** As `keptOf`. */
  kept() {
    return Object.fromEntries(
      [...this.#sums].map(([connection, sums]) => {
        const blocks = this.#of(connection);
        const from = (way: RelayDirection) =>
          sums[way] - blocks.reduce((sum, block) => sum + block[way], 0);
        return [connection, [from('up'), from('down')]];
      }),
    );
  }

  #of(connection: number) {
    return this.#list.filter((block) => block.connection === connection);
  }

  #add(connection: number) {
    if (this.#list.length === this.#blocks) {
      const heavy = this.heavy();
      const leaves = heavy === undefined ? this.#list[0] : this.#of(heavy)[0];
      this.#list = this.#list.filter((block) => block !== leaves);
      this.#forget();
    }
    const block = { connection, used: 0, up: 0, down: 0 };
    this.#list.push(block);
    return block;
  }

  #forget(): void {
    for (const connection of this.#closed)
      if (this.#of(connection).length === 0) this.#sums.delete(connection);
  }
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

  test('drops the oldest first, whether a connection is open or closed', () => {
    const { recording, open, read, close, known } = rig(8);
    const block = Buffer.alloc(BLOCK - 16);
    for (const connection of [1, 2, 3]) {
      open(connection);
      read(connection, 'up', block);
      read(connection, 'down', block);
    }
    close(3);
    close(2);
    open(4);
    read(4, 'down', block);
    read(4, 'down', block);
    expect(recording.dropped.bytes).toBe(0);
    read(4, 'down', block);
    // The oldest is of one that is open: it stays known, and says what is gone.
    expect(known()).toEqual([1, 2, 3, 4]);
    expect(recording.connection(1)).toMatchObject({
      up: { bytes: block.length, reads: 1, from: block.length },
      down: { bytes: block.length, reads: 1, from: 0 },
    });
    expect(recording.bytes(1, 'up', 0, 1)).toBe(undefined);
    expect(String(recording.bytes(1, 'down', 0, 1))).toBe('\0');
    read(4, 'down', block);
    expect(recording.dropped).toEqual({
      connections: 0,
      reads: 2,
      bytes: 2 * block.length,
    });
    // The next is of one that is closed: it leaves with its last block.
    open(5);
    expect(known()).toEqual([1, 2, 3, 4, 5]);
    open(6);
    expect(known()).toEqual([1, 3, 4, 5, 6]);
    expect(recording.dropped.connections).toBe(1);
    expect([...recording.reads(2)]).toEqual([]);
  });

  test('takes from a connection that holds more than half its own oldest bytes', () => {
    const { recording, open, read, known } = rig(8);
    const block = Buffer.alloc(BLOCK - 16);
    open(1);
    read(1, 'up', Buffer.from('long ago'));
    open(2);
    for (let at = 0; at < 50; at += 1) {
      read(2, 'down', block);
      expect(String(recording.bytes(1, 'up', 0, 8))).toBe('long ago');
    }
    expect(recording.connection(2)!.down.from).toBe(43 * block.length);
    // With half it is one of many, and what is older than its bytes goes first.
    for (const connection of [3, 4, 5]) open(connection);
    expect(recording.connection(2)!.down.from).toBe(46 * block.length);
    expect(known()).toEqual([1, 2, 3, 4, 5]);
    expect(recording.connection(1)!.up.from).toBe(0);
    read(2, 'down', block);
    expect(recording.connection(1)!.up.from).toBe(8);
  });

  test('keeps a request made just now on a connection that was opened long ago', () => {
    const { recording, open, read } = rig(8);
    open(1);
    read(1, 'up', Buffer.from('a'));
    for (const connection of [2, 3, 4]) open(connection);
    for (let at = 0; at < 100; at += 1) {
      // Three streams, none with more than half; the request comes in between.
      for (const stream of [2, 3, 4])
        read(stream, 'down', Buffer.alloc(BLOCK / 2, at));
      read(1, 'up', Buffer.from('b'));
      expect(recording.connection(1)!.up.from).toBe(0);
    }
    expect(String(recording.bytes(1, 'up', 0, 101))).toBe(
      `a${'b'.repeat(100)}`,
    );
  });

  test.each([
    ['open', false],
    ['closed', true],
  ])(
    'keeps small requests before and after a download larger than itself that is %s',
    (_, isClosed) => {
      const { recording, open, read, close } = rig(64);
      for (let connection = 1; connection <= 10; connection += 1) {
        open(connection);
        read(connection, 'up', Buffer.from('GET /'));
        close(connection);
      }
      open(11);
      for (let at = 0; at < 200; at += 1)
        read(11, 'down', Buffer.alloc(BLOCK - 16, at));
      if (isClosed) close(11);
      open(12);
      read(12, 'up', Buffer.from('GET /'));
      for (let connection = 1; connection <= 12; connection += 1) {
        if (connection === 11) continue;
        expect(String(recording.bytes(connection, 'up', 0, 5))).toBe('GET /');
      }
      // 53 of 64 blocks are the download's, and it is they that were taken.
      const { from, bytes } = recording.connection(11)!.down;
      expect((bytes - from) / (BLOCK - 16)).toBe(53);
      expect(recording.dropped).toMatchObject({ connections: 0, bytes: from });
    },
  );

  test('counts and marks what it took, and goes on', () => {
    const { recording, open, read } = rig(4);
    open(1);
    open(2);
    read(1, 'down', Buffer.alloc(100, 'a'));
    for (let at = 0; at < 80; at += 1) {
      read(2, 'down', Buffer.alloc(1000, at));
      read(2, 'up', Buffer.alloc(10, at));
    }
    const one = recording.connection(1)!;
    expect(one.down).toEqual({ bytes: 100, reads: 1, from: 0 });
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
    expect(dropped.bytes).toBe(two.down.from + two.up.from);
    expect(dropped.connections).toBe(0);
    const reads = [...recording.reads(2)];
    expect(reads[0]!.offset + reads[0]!.bytes.length).toBeGreaterThan(0);
    expect(reads.length + dropped.reads).toBe(160);
    // It goes on as before.
    read(1, 'down', Buffer.from('later'));
    expect(String(recording.bytes(1, 'down', 100, 105))).toBe('later');
  });

  test.each([1, 2, 3, 4, 5, 6])(
    'drops in random runs what the rule says, and nothing else (seed %i)',
    (seed) => {
      const blocks = 8 + 4 * seed;
      const { recording, open, read, close, time } = rig(blocks);
      const model = new Model(blocks);
      const random = randomFrom(seed, 'storm');
      const live: number[] = [];
      let opened = 0;
      let total = 0;
      for (let step = 0; step < 600; step += 1) {
        const before = recording.connections();
        const wasHeavy = model.heavy() !== undefined;
        const dice = random();
        if (dice < 0.05 || live.length === 0) {
          opened += 1;
          live.push(opened);
          open(opened);
          model.open(opened);
        } else if (dice < 0.09) {
          const [gone] = live.splice(Math.floor(random() * live.length), 1);
          close(gone!);
          model.close(gone!);
        } else {
          // Some speak much more than others.
          const connection = live[Math.floor(random() ** 3 * live.length)]!;
          const direction = random() < 0.5 ? 'up' : 'down';
          const length = 1 + Math.floor(random() ** 6 * 30_000);
          read(connection, direction, Buffer.alloc(length, connection));
          model.read(connection, direction, length, time());
          total += length;
        }
        expect(keptOf(recording)).toEqual(model.kept());
        // The same in the words of the rule: where no connection has more than
        // half, at most one block of another is older than what has left.
        if (wasHeavy || model.heavy() !== undefined) continue;
        const newest = newestLost(before, recording, model);
        for (const { connection } of recording.connections()) {
          let older = 0;
          for (const { time: at, bytes } of recording.reads(connection))
            if (at < newest) older += bytes.length + 16;
          expect(older).toBeLessThanOrEqual(BLOCK);
        }
      }
      let kept = 0;
      for (const { connection } of recording.connections()) {
        for (const { bytes } of recording.reads(connection)) {
          kept += bytes.length;
          expect(bytes.equals(Buffer.alloc(bytes.length, connection))).toBe(
            true,
          );
        }
      }
      expect(kept + recording.dropped.bytes).toBe(total);
      expect(total).toBeGreaterThan(5 * blocks * BLOCK);
      expect(recording.dropped.connections).toBeGreaterThan(0);
      expect(recording.dropped.connections).toBe(
        opened - recording.connections().length,
      );
    },
  );

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

  test('keeps the first 256 faults of a connection and counts the others', () => {
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
