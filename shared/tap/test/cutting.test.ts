import net from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Read } from '../events.ts';
import { parseFaults } from '../tap.ts';
import { all, cleanUp, connect, endOf, next, rig, take } from './rig.ts';

afterEach(cleanUp);

const KB = 1000;
const hello = (socket: Duplex) => socket.write('hello');

describe.each(['plain', 'TLS'] as const)('reset, %s,', (layer) => {
  test('lets so many bytes through, then resets both sides', async () => {
    let atServer: Promise<string> | undefined;
    const { tap, reads, injected, ends } = await rig(
      ['reset=after:2000B'],
      (socket) => {
        atServer = endOf(socket);
        for (let at = 0; at < 30; at += 1) socket.write('x'.repeat(99));
      },
      { layer },
    );
    const ended = next(tap, 'end');
    const { client } = await connect(tap.port, { layer });
    const { bytes, end } = await all(client);
    // Far enough behind the bytes for any system to hand them over.
    expect((await ended).time - reads.at(-1)!.time).toBeGreaterThan(15);
    expect(bytes.length).toBe(2000);
    expect(end).toBe('ECONNRESET');
    expect(await atServer).toBe('ECONNRESET');
    expect(injected).toMatchObject([
      { fault: 'reset', text: 'reset after 2 kB from the server' },
    ]);
    expect(ends).toEqual(['both rst']);
  });
});

/** How many bytes arrived on each of six connections that were reset. */
const lengths = async (seed: number) => {
  const { tap } = await rig(
    ['down:reset=random:500B'],
    (socket) => socket.write(Buffer.alloc(50 * KB)),
    { seed },
  );
  const got: number[] = [];
  for (let times = 0; times < 6; times += 1) {
    const { client } = await connect(tap.port);
    got.push((await all(client)).bytes.length);
  }
  return got;
};

describe('reset', () => {
  test('at random cuts at the same bytes with the same seed', async () => {
    const [one, same, other] = [
      await lengths(3),
      await lengths(3),
      await lengths(4),
    ];
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    expect(new Set(one).size).toBeGreaterThan(3);
  });

  test('after a time needs no bytes', async () => {
    const { tap } = await rig(['reset=after:40ms'], () => {});
    const begun = performance.now();
    const { client } = await connect(tap.port);
    expect(await endOf(client)).toBe('ECONNRESET');
    // A timer of Node may fire a little early.
    expect(performance.now() - begun).toBeGreaterThan(30);
  });
});

describe('limit', () => {
  test('ends both sides politely after so many bytes', async () => {
    let atServer: Promise<string> | undefined;
    const { tap, ends } = await rig(['down:limit=after:1kB'], (socket) => {
      atServer = endOf(socket);
      socket.write('x'.repeat(5000));
    });
    const { client } = await connect(tap.port);
    const { bytes, end } = await all(client);
    expect([bytes.length, end]).toEqual([1000, 'fin']);
    expect(await atServer).toBe('fin');
    expect(ends).toEqual(['both fin']);
  });
});

describe('a reset by a peer', () => {
  test('travels behind its bytes through faults', async () => {
    const met = Promise.withResolvers<net.Socket>();
    const { tap, reads, ends } = await rig(['latency=40ms'], (socket) => {
      socket.write('late');
      met.resolve(socket as net.Socket);
    });
    const names = next(tap, 'fault');
    const { client } = await connect(tap.port);
    const { time } = await names;
    const ended = next(tap, 'end');
    (await met.promise).resetAndDestroy();
    expect(await endOf(client)).toBe('ECONNRESET');
    expect((await ended).time - time).toBeGreaterThan(39);
    expect(reads.map(({ bytes }) => String(bytes))).toEqual(['late']);
    expect(ends).toEqual(['down rst']);
  });
});

describe('slow-close', () => {
  test('holds the end, not the bytes', async () => {
    const { tap, injected } = await rig(['slow-close=300ms'], (socket) => {
      socket.end('done');
    });
    const { client } = await connect(tap.port);
    await take(client, 4);
    const [{ held, time }] = [...tap.recording.reads(1)] as [Read];
    const ended = next(tap, 'end', ({ direction }) => direction === 'down');
    expect(await endOf(client)).toBe('fin');
    const wait = (await ended).time - time;
    expect(wait).toBeGreaterThan(298);
    expect(held).toBeLessThan(wait / 2);
    expect(injected).toMatchObject([{ fault: 'slow-close' }]);
  });
});

describe('down', () => {
  test('resets open connections, and new ones that it has accepted; the target gets none', async () => {
    let reached = 0;
    const { tap } = await rig([], (socket) => {
      reached++;
      hello(socket);
    });
    const { client } = await connect(tap.port);
    await take(client, 5);
    const end = endOf(client);
    tap.setFaults(parseFaults(['down']));
    expect(await end).toBe('ECONNRESET');
    const fault = next(tap, 'fault', ({ connection }) => connection === 2);
    // A machine without the process would refuse it: ECONNREFUSED.
    const socket = net.connect({ host: '127.0.0.1', port: tap.port });
    expect(await endOf(socket)).toBe('ECONNRESET');
    expect(await fault).toMatchObject({ fault: 'down' });
    expect(reached).toBe(1);
    tap.setFaults([]);
    const { client: later } = await connect(tap.port);
    expect(await take(later, 5)).toBe('hello');
  });
});

describe('down, TLS,', () => {
  test('refuses before the handshake', async () => {
    const { tap, injected } = await rig(['down'], hello, { layer: 'TLS' });
    const refused = net.connect({ host: '127.0.0.1', port: tap.port });
    expect(await endOf(refused)).toBe('ECONNRESET');
    expect(injected).toMatchObject([{ fault: 'down' }]);
    expect(tap.recording.connection(1)?.opened.protocol).toBe(undefined);
  });
});

describe('cut()', () => {
  test.each(['rst', 'fin'] as const)(
    'ends what is asked with %s',
    async (how) => {
      const { tap, injected } = await rig([], hello);
      const [one, two] = [await connect(tap.port), await connect(tap.port)];
      await Promise.all([take(one.client, 5), take(two.client, 5)]);
      const end = endOf(one.client);
      tap.cut(how, 1);
      expect(await end).toBe(how === 'rst' ? 'ECONNRESET' : 'fin');
      expect(injected).toMatchObject([{ connection: 1, fault: 'cut' }]);
      two.client.write('?');
      await next(tap, 'read', ({ connection }) => connection === 2);
    },
  );
});

describe.each(['plain', 'TLS'] as const)('cutWithin(), %s,', (layer) => {
  const place = (bytes: Buffer) => {
    const at = bytes.indexOf('middle');
    return at < 0 ? undefined : at + 3;
  };
  /** A target that says a text to all, and two clients. */
  const start = async () => {
    const sockets: Duplex[] = [];
    const rigged = await rig(
      [],
      (socket) => {
        sockets.push(socket);
        hello(socket);
      },
      { layer },
    );
    const { port } = rigged.tap;
    const client = async () => {
      const { client: made } = await connect(port, { layer });
      await take(made, 5);
      return made;
    };
    return {
      ...rigged,
      client,
      say: (text: string) => sockets.forEach((each) => each.write(text)),
    };
  };

  test('cuts one connection at its place, once, and says where', async () => {
    const { tap, injected, ends, client, say } = await start();
    const both = [await client(), await client()] as const;
    tap.cutWithin('down', 'within a word', place);
    say('nothing here');
    for (const each of both) expect(await take(each, 12)).toBe('nothing here');

    const first = all(both[0]);
    say('in the middle of it');
    expect(await first).toMatchObject({
      text: 'in the mid',
      end: 'ECONNRESET',
    });
    expect(await take(both[1], 19)).toBe('in the middle of it');
    expect(injected).toMatchObject([
      {
        connection: 1,
        fault: 'cut',
        text: 'cut by hand within a word: 10 of the 19 bytes of this read from the server have passed',
      },
    ]);
    expect(ends).toEqual(['both rst']);

    const later = await client();
    say('in the middle of it');
    expect(await take(later, 19)).toBe('in the middle of it');
    expect(injected).toHaveLength(1);
  });

  test('given up, cuts nothing', async () => {
    const { tap, injected, client, say } = await start();
    const one = await client();
    tap.cutWithin('down', 'within a word', place)();
    say('in the middle of it');
    expect(await take(one, 19)).toBe('in the middle of it');
    expect(injected).toEqual([]);
  });
});
