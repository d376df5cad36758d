import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { randomFrom } from '../random.ts';
import {
  all,
  atEnd,
  cleanUp,
  connect,
  next,
  pingPong,
  rig,
  take,
} from './rig.ts';

afterEach(cleanUp);

const KB = 1000;
const echo = (socket: Duplex) => socket.pipe(socket);

describe('latency', () => {
  test('holds each read as long as said, and keeps the order', async () => {
    const { tap, reads, injected } = await rig(['down:latency=60~50'], echo);
    const { client } = await connect(tap.port);
    const messages = Array.from({ length: 8 }, (_, at) => `message ${at}`);
    for (const message of messages) {
      const up = next(tap, 'read', ({ direction }) => direction === 'up');
      client.write(message);
      await up;
    }
    const text = messages.join('');
    expect(await take(client, text.length)).toBe(text);
    for (const { direction, held } of reads) {
      if (direction === 'up') expect(held).toBe(0);
      else expect(held).toBeGreaterThanOrEqual(10);
    }
    expect(injected).toMatchObject([
      { connection: 1, direction: 'down', fault: 'latency' },
    ]);
  });

  test('holds the end too, behind the bytes', async () => {
    const { tap } = await rig(['latency=50'], (socket) => socket.end('bye'));
    const begun = performance.now();
    const { client } = await connect(tap.port);
    expect(await all(client)).toMatchObject({ text: 'bye', end: 'fin' });
    expect(performance.now() - begun).toBeGreaterThan(49);
  });
});

describe('bandwidth', () => {
  test('is shared by all connections, which take turns', async () => {
    const block = Buffer.alloc(15 * KB);
    const accepted: Duplex[] = [];
    const { tap, reads } = await rig(['bandwidth=100kB/s'], (socket) => {
      accepted.push(socket);
      // Not before both are there: there is nothing to share with one alone.
      if (accepted.length === 2) for (const one of accepted) one.end(block);
    });
    const begun = performance.now();
    const clients = await Promise.all([connect(tap.port), connect(tap.port)]);
    const got = await Promise.all(clients.map(({ client }) => all(client)));
    const seconds = (performance.now() - begun) / KB;
    expect(got.map(({ bytes }) => bytes.length)).toEqual([15 * KB, 15 * KB]);
    expect((30 * KB) / seconds).toBeLessThan(102 * KB);
    const turns = reads.filter(
      ({ connection }, at) => connection !== reads[at - 1]?.connection,
    );
    expect(turns.length).toBeGreaterThan(10);
  });

  test('of one direction leaves the other alone', async () => {
    const { tap, reads } = await rig(['up:bandwidth=10kB/s'], (socket) => {
      socket.end(Buffer.alloc(200 * KB));
    });
    const { client } = await connect(tap.port);
    expect((await all(client)).bytes.length).toBe(200 * KB);
    expect(reads.every(({ held }) => held === 0)).toBe(true);
  });
});

describe('slicer', () => {
  const messages = Array.from({ length: 20 }, (_, at) =>
    `${at}`.padEnd(20 + at, '.'),
  );
  const cuts = async (seed: number) => {
    const { tap, reads } = await rig(['down:slicer=4,gap:1ms'], echo, { seed });
    const { client } = await connect(tap.port);
    const pieces: string[] = [];
    client.on('data', (bytes: Buffer) => pieces.push(String(bytes)));
    await pingPong(client, messages);
    return { pieces, cuts: reads.map(({ offset }) => offset) };
  };

  test('cuts each read into two to four pieces, and loses none', async () => {
    const { pieces } = await cuts(1);
    expect(pieces.join('')).toBe(messages.join(''));
    expect(pieces.length).toBeGreaterThanOrEqual(messages.length * 2);
    expect(pieces.length).toBeLessThanOrEqual(messages.length * 4);
  });

  test('cuts at the same places with the same seed, elsewhere with another', async () => {
    const [one, same, other] = [await cuts(7), await cuts(7), await cuts(8)];
    expect(same.cuts).toEqual(one.cuts);
    expect(other.cuts).not.toEqual(one.cuts);
  });
});

describe('joiner', () => {
  test('makes one read of what was written apart', async () => {
    const { tap, reads, injected } = await rig(
      ['joiner=1min'],
      async (socket) => {
        for (const letter of 'apart') {
          await new Promise((done) => socket.write(letter, done));
        }
        socket.once('data', () => socket.end('!'));
      },
    );
    const { client } = await connect(tap.port);
    client.end('go');
    expect(await all(client)).toMatchObject({ text: 'apart!', end: 'fin' });
    expect(reads.map(({ bytes }) => String(bytes))).toEqual(['go', 'apart!']);
    expect(injected).toMatchObject([{ fault: 'joiner', direction: 'down' }]);
  });

  test('waits as long as said from the first byte on, and no longer', async () => {
    const { tap, reads } = await rig(['down:joiner=40ms'], echo);
    const { client } = await connect(tap.port);
    const timer = setInterval(() => client.write('?'), 5);
    atEnd(() => clearInterval(timer));
    const joined = () => reads.filter(({ direction }) => direction === 'down');
    while (joined().length < 3) await next(tap, 'read');
    // A timer of Node may fire a little early.
    for (const { held } of joined()) expect(held).toBeGreaterThan(25);
  });
});

const lost = (seed: number, connection: number) =>
  randomFrom(seed, `${connection}/down/stall`)() < 0.5;

describe('stall', () => {
  test('holds one connection for a while, the others go on', async () => {
    // Seeds are drawn until the first packet is lost on connection 1 alone.
    let seed = 1;
    while (!lost(seed, 1) || lost(seed, 2)) seed += 1;
    const { tap, reads, injected } = await rig(
      ['down:stall=50%,hold:1s'],
      echo,
      { seed },
    );
    const first = await connect(tap.port);
    const second = await connect(tap.port);
    const names = next(tap, 'fault');
    first.client.write('held');
    expect((await names).connection).toBe(1);
    await pingPong(second.client, ['free']);
    expect(await take(first.client, 4)).toBe('held');
    const down = reads.filter(({ direction }) => direction === 'down');
    expect(down.map(({ connection }) => connection)).toEqual([2, 1]);
    expect(down[1]!.held).toBeGreaterThan(999);
    expect(injected).toHaveLength(1);
  });
});

describe('silence', () => {
  test('holds everything, the end included, until it is lifted', async () => {
    const { tap, reads } = await rig(['down:silence'], (socket) => {
      socket.once('data', () => {
        socket.write('one ');
        socket.end('two');
      });
    });
    const { client } = await connect(tap.port);
    const got = all(client);
    const names = next(tap, 'fault');
    client.write('?');
    expect((await names).direction).toBe('down');
    expect(reads.map(({ direction }) => direction)).toEqual(['up']);
    tap.setFaults([]);
    expect(await got).toMatchObject({ text: 'one two', end: 'fin' });
  });

  test('begins later where it is told to', async () => {
    const { tap, injected } = await rig(['down:silence=after:1s'], echo);
    const { client } = await connect(tap.port);
    await pingPong(client, ['still here']);
    const timer = setInterval(() => client.write('?'), 5);
    atEnd(() => clearInterval(timer));
    const names = await next(tap, 'fault');
    const { time } = tap.recording.connection(1)!.opened;
    expect(names.time - time).toBeGreaterThanOrEqual(999);
    expect(injected).toHaveLength(1);
  });
});

describe('idle', () => {
  test('closes an idle connection, and no other', async () => {
    const { tap, injected, ends } = await rig(['idle=400ms'], echo);
    const quiet = await connect(tap.port);
    await pingPong(quiet.client, ['once']);
    const busy = await connect(tap.port);
    const ended = all(quiet.client);
    void ended.then(() => quiet.client.end());
    while (tap.recording.connection(1)!.closed === undefined) {
      await pingPong(busy.client, ['again']);
    }
    expect((await ended).end).toBe('fin');
    await pingPong(busy.client, ['and again']);
    const { time } = [...tap.recording.reads(1)].at(-1)!;
    expect(injected).toMatchObject([{ connection: 1, fault: 'idle' }]);
    expect(injected[0]!.time - time).toBeGreaterThanOrEqual(399);
    expect(ends).toContain('both fin');
  });

  test('reads what came while the process stood still, before it closes', async () => {
    const { tap, injected } = await rig(['idle=400ms'], echo);
    const { client } = await connect(tap.port);
    await pingPong(client, ['once']);
    client.end('again');
    const began = performance.now();
    while (performance.now() - began < 500);
    expect(await all(client)).toMatchObject({ text: 'again', end: 'fin' });
    expect(injected).toEqual([]);
  });
});

describe('buffer', () => {
  test('holds a response until enough is there', async () => {
    const { tap, reads } = await rig(['buffer=1kB'], (socket) => {
      socket.write('a'.repeat(400));
      socket.once('data', () => socket.write('b'.repeat(700)));
    });
    const names = next(tap, 'fault');
    const { client } = await connect(tap.port);
    await names;
    expect(reads).toEqual([]);
    client.write('more');
    await take(client, 1100);
    expect(reads.map(({ bytes }) => bytes.length)).toEqual([4, 400, 700]);
  });

  test('or until the end', async () => {
    const { tap } = await rig(['buffer=1kB'], (socket) => socket.end('short'));
    const { client } = await connect(tap.port);
    expect(await all(client)).toMatchObject({ text: 'short', end: 'fin' });
  });
});
