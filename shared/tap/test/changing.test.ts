import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { randomFrom } from '../random.ts';
import { parseFaults } from '../tap.ts';
import {
  all,
  cleanUp,
  connect,
  flood,
  hashOf,
  next,
  pingPong,
  rig,
  startTarget,
  take,
} from './rig.ts';

afterEach(cleanUp);

const KB = 1000;
const echo = (socket: Duplex) => socket.pipe(socket);

describe('faults on a live connection', () => {
  test('what a lifted one held comes first, and nothing is lost', async () => {
    const { tap } = await rig([], echo);
    const { client } = await connect(tap.port);
    await pingPong(client, ['before']);
    const far = parseFaults(['down:latency=1min']);
    tap.setFaults(far);
    const names = next(tap, 'fault');
    client.write('held, ');
    await names;
    tap.setFaults(parseFaults(['down:latency=1ms']));
    client.write('then this');
    expect(await take(client, 15)).toBe('held, then this');
  });

  test('one that stays keeps its count', async () => {
    const { tap } = await rig(['down:reset=after:6B'], echo);
    const { client } = await connect(tap.port);
    await pingPong(client, ['four']);
    tap.setFaults(parseFaults(['latency=1ms', 'down:reset=after:6B']));
    client.write('four');
    expect((await all(client)).text).toBe('fo');
  });

  test('are met in the order of a network, however they were given', async () => {
    const { tap, injected } = await rig(
      ['down:reset=after:5B', 'buffer=1kB'],
      (socket) => socket.end('0123456789'),
    );
    const { client } = await connect(tap.port);
    expect(await all(client)).toMatchObject({
      text: '01234',
      end: 'ECONNRESET',
    });
    expect(injected.map(({ fault }) => fault)).toEqual(['buffer', 'reset']);
  });

  test('survive 60 changes of all that hold, without a byte lost', async () => {
    const choices = [
      ['latency=5~5'],
      ['slicer=5,gap:1ms', 'joiner=4'],
      ['down:stall=30%,hold:3ms', 'up:latency=1'],
      ['silence'],
      ['buffer=100kB', 'bandwidth=50MB/s'],
      ['slow-close=5ms', 'joiner=2', 'latency=3'],
      [],
    ];
    const { tap } = await rig([], echo);
    const { client } = await connect(tap.port);
    const got = hashOf(client);
    const hash = createHash('sha256');
    const random = randomFrom(5, 'choices');
    for (let times = 0; times < 60; times += 1) {
      const choice = choices[Math.floor(random() * choices.length)]!;
      tap.setFaults(parseFaults(choice));
      const block = randomBytes(1 + Math.floor(random() * 90 * KB));
      hash.update(block);
      const read = next(tap, 'read');
      client.write(block);
      if (!choice.includes('silence')) await read;
    }
    tap.setFaults([]);
    client.end();
    expect(await got).toBe(hash.digest('hex'));
  });

  test('under Not localhost all bytes arrive, in order', async () => {
    const bytes = randomBytes(300 * KB);
    const { tap, injected } = await rig(['not-localhost'], (socket) => {
      socket.end(bytes);
    });
    const { client } = await connect(tap.port);
    expect((await all(client)).bytes.equals(bytes)).toBe(true);
    const names = new Set(injected.map(({ fault }) => fault));
    expect(names).toEqual(new Set(['latency', 'joiner', 'slicer']));
  });

  test('hold no more than a window: then the sender waits', async () => {
    const { tap } = await rig(['down:silence'], () => {});
    const met = Promise.withResolvers<Duplex>();
    tap.target = {
      host: '127.0.0.1',
      port: await startTarget((socket) => met.resolve(socket)),
    };
    const { client } = await connect(tap.port);
    const server = await met.promise;
    const { send, hash } = flood(40 * KB * KB);
    const sent = send(server);
    const names = next(tap, 'fault');
    await names;
    // The other direction is free: round trips go on while the server waits.
    for (let times = 0; times < 300; times += 1) {
      client.write('?');
      await once(server, 'data');
    }
    // What waits here waits nowhere else. (The process's own memory tells
    // nothing: what tests before have left may still be in it.)
    expect(server.writableLength).toBeGreaterThan(0);
    const got = hashOf(client);
    tap.setFaults([]);
    expect(await got).toBe(hash);
    await sent;
  });
});
