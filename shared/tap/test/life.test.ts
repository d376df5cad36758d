import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createTap } from '../tap.ts';
import {
  all,
  cleanUp,
  connect,
  endOf,
  listen,
  next,
  startTap,
  startTarget,
  take,
} from './rig.ts';

afterEach(cleanUp);

describe.each(['plain', 'TLS'])('a target that is down, %s:', (spoken) => {
  test('the client is reset, the tap says why, and tries again next time', async () => {
    const gone = net.createServer();
    const port = await listen(gone);
    gone.close();
    await once(gone, 'close');
    const tap = await startTap(port, { layer: spoken });
    const ended = next(tap, 'end');
    const closed = next(tap, 'close');
    const raw = net.connect({ host: '127.0.0.1', port: tap.port });
    expect(await endOf(raw)).toBe('ECONNRESET');
    expect(await ended).toMatchObject({
      connection: 1,
      direction: 'down',
      how: 'refused',
      text: `connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    await closed;
    expect(tap.connections).toBe(0);
    const back = await startTarget((socket) => socket.end('back'), {
      layer: spoken as 'plain',
    });
    tap.target = { host: '127.0.0.1', port: back };
    const { client } = await connect(tap.port, { layer: spoken as 'plain' });
    expect(await take(client, 4)).toBe('back');
  });
});

describe('close()', () => {
  test.each(['plain', 'TLS'] as const)(
    'ends every connection, %s, and frees the port',
    async (spoken) => {
      const tap = await startTap(
        await startTarget((socket) => socket.write('hello'), { layer: spoken }),
        { layer: spoken },
      );
      const { port } = tap;
      const clients = await Promise.all(
        Array.from({ length: 5 }, () => connect(port, { layer: spoken })),
      );
      await Promise.all(clients.map(({ client }) => take(client, 5)));
      const ends = clients.map(({ client }) => endOf(client));
      expect(tap.connections).toBe(5);
      await tap.close();
      expect(tap.connections).toBe(0);
      expect(await Promise.all(ends)).toEqual(Array(5).fill('ECONNRESET'));
      const again = net.connect({ host: '127.0.0.1', port });
      const [error] = await once(again, 'error');
      expect(error).toMatchObject({ code: 'ECONNREFUSED' });
      await tap.close();
    },
  );

  test('may be called again while it closes', async () => {
    const tap = await startTap(
      await startTarget((socket) => socket.write('hello')),
    );
    const { client } = await connect(tap.port);
    await take(client, 5);
    await Promise.all([tap.close(), tap.close()]);
    expect(tap.connections).toBe(0);
  });

  test('gives up a target that does not say which protocols it has', async () => {
    const asked = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const silent = net.createServer((socket) => {
      socket.on('error', () => {}).on('close', () => left.resolve());
      socket.on('data', () => asked.resolve());
    });
    const tap = await startTap(await listen(silent), { layer: 'TLS' });
    const learning = tap.learnProtocols();
    await asked.promise;
    await tap.close();
    await left.promise;
    expect(await learning).toEqual([]);
  });

  test('works while faults hold bytes, and before it ever listened', async () => {
    const tap = await startTap(
      await startTarget((socket) => socket.write('hello')),
      { faults: ['silence', 'idle=1min', 'bandwidth', 'reset=after:1min'] },
    );
    const names = next(tap, 'fault');
    await connect(tap.port);
    await names;
    await tap.close();
    await createTap({ target: { host: '127.0.0.1', port: 1 } }).close();
  });
});

describe('listen()', () => {
  test('says what is wrong with a port that is taken', async () => {
    const port = await listen(net.createServer());
    const tap = await startTap(port);
    const other = createTap({ target: tap.target });
    await expect(other.listen(tap.port)).rejects.toThrow(
      `The tap cannot listen on 127.0.0.1:${tap.port}: another program listens there. Choose another port; 0 takes any that is free.`,
    );
  });
});

describe('a target that can be none', () => {
  test('is refused like one that is down', async () => {
    const tap = await startTap(99_999);
    const ended = next(tap, 'end');
    const raw = net.connect({ host: '127.0.0.1', port: tap.port });
    expect(await endOf(raw)).toBe('ECONNRESET');
    expect(await ended).toMatchObject({
      how: 'refused',
      text: expect.stringContaining('99999'),
    });
  });
});

describe('a cut while the client does not read', () => {
  test('lets it have what was handed on, unspoilt', async () => {
    const met = Promise.withResolvers<Duplex>();
    const tap = await startTap(
      await startTarget((socket) => met.resolve(socket)),
    );
    const { client } = await connect(tap.port);
    const server = await met.promise;
    // Each block of four bytes says where it stands.
    const size = 6_000_000;
    const bytes = Buffer.alloc(4 * size);
    for (let at = 0; at < size; at += 1) bytes.writeUInt32BE(at, 4 * at);
    server.write(bytes);
    const handed = () => tap.recording.connection(1)?.down.bytes ?? 0;
    const beside = await connect(
      (await startTap(await startTarget((one) => one.pipe(one)))).port,
    );
    for (let before = -1, still = 0; still < 50; still += 1) {
      beside.client.write('?');
      await take(beside.client, 1);
      if (handed() !== before) still = 0;
      before = handed();
    }
    tap.cut('fin');
    const got = await all(client);
    expect(got.end).toBe('fin');
    expect(got.bytes.length).toBe(handed());
    expect(got.bytes.equals(bytes.subarray(0, handed()))).toBe(true);
  });
});
