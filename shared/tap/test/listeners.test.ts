import { afterEach, describe, expect, test } from '@jest/globals';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { createTap, parseFaults } from '../tap.ts';
import { all, atEnd, cleanUp, connect, next, startTarget } from './rig.ts';

afterEach(cleanUp);

const host = '127.0.0.1';

describe('a tap before two targets', () => {
  test('tells them apart by its ports, and records both', async () => {
    const [one, two] = await Promise.all([
      startTarget((socket) => socket.end('one')),
      startTarget((socket) => socket.end('two')),
    ]);
    const tap = createTap({ target: { host, port: one } });
    atEnd(() => tap.close());
    const first = await tap.listen();
    const second = await tap.listenFor({ host, port: two });
    for (const [port, says] of [
      [second, 'two'],
      [first, 'one'],
    ] as const) {
      const closed = next(tap, 'close');
      const { client } = await connect(port);
      client.end();
      expect((await all(client)).text).toBe(says);
      await closed;
    }
    expect(tap.port).toBe(first);
    expect(
      tap.recording.connections().map(({ opened, down }) => ({
        connection: opened.connection,
        port: opened.port,
        bytes: down.bytes,
      })),
    ).toEqual([
      { connection: 1, port: second, bytes: 3 },
      { connection: 2, port: first, bytes: 3 },
    ]);
  });

  test('breaks both, and ends both', async () => {
    const target = { host, port: await startTarget(() => {}) };
    const tap = createTap({ target, faults: parseFaults(['reset=after:3B']) });
    atEnd(() => tap.close());
    const ports = [await tap.listen(), await tap.listenFor(target)];
    for (const port of ports) {
      const { client } = await connect(port);
      client.write('four');
      expect((await all(client)).end).toBe('ECONNRESET');
    }
    await tap.close();
    for (const port of ports) {
      await expect(connect(port)).rejects.toThrow('ECONNREFUSED');
    }
  });

  test('offers to each client what its own target offers', async () => {
    const layer = 'TLS';
    const target = async (protocols: string[]) => ({
      host,
      port: await startTarget((socket) => socket.end(), { layer, protocols }),
    });
    const tap = createTap({
      target: await target(['h2', 'http/1.1']),
      tls: await localCertificate(),
    });
    atEnd(() => tap.close());
    const ports = [
      await tap.listen(),
      await tap.listenFor(await target(['http/1.1'])),
    ];
    expect(await tap.learnProtocols()).toEqual(['h2', 'http/1.1']);
    const spoken = ports.map(async (port) => {
      const asked = { layer, protocols: ['h2', 'http/1.1'] } as const;
      return (
        await connect(port, { ...asked, protocols: [...asked.protocols] })
      ).protocol;
    });
    expect(await Promise.all(spoken)).toEqual(['h2', 'http/1.1']);
  });

  test('speaks TLS at the port of the target that does, and at no other', async () => {
    const layer = 'TLS';
    const secure = await startTarget((socket) => socket.end('secure'), {
      layer,
      protocols: ['h2'],
    });
    const plain = await startTarget((socket) => socket.end('plain'));
    const tap = createTap({
      target: { host, port: secure },
      tls: await localCertificate(),
    });
    atEnd(() => tap.close());
    const ports = [
      await tap.listen(),
      await tap.listenFor({ host, port: plain }, 0, undefined, false),
    ];
    // The plain one is not asked what it offers: it would wait for a request.
    expect(await tap.learnProtocols()).toEqual(['h2']);
    const over = await connect(ports[0]!, { layer, protocols: ['h2'] });
    expect((await all(over.client)).text).toBe('secure');
    const { client } = await connect(ports[1]!);
    expect((await all(client)).text).toBe('plain');
    const opened = tap.recording.connections().map((each) => each.opened);
    expect(opened.map(({ encrypted }) => encrypted)).toEqual([true, false]);
  });
});

describe('a line apart', () => {
  test('fails by itself, and is recorded with all others', async () => {
    const target = { host, port: await startTarget(() => {}) };
    const tap = createTap({ target });
    atEnd(() => tap.close());
    const port = await tap.listen();
    const apart = await tap.listenSeparately(target);
    const { client: other } = await connect(port);
    apart.setFaults(parseFaults(['reset=after:3B']));
    const { client } = await connect(apart.port);
    client.write('four');
    expect((await all(client)).end).toBe('ECONNRESET');
    // The tap's own faults and cuts do not reach it, nor it the others.
    apart.setFaults([]);
    tap.setFaults(parseFaults(['reset=after:3B']));
    const { client: second } = await connect(apart.port);
    second.write('four');
    tap.cut();
    expect((await all(other)).end).toBe('ECONNRESET');
    expect(tap.connections).toBe(1);
    apart.cut('fin');
    expect((await all(second)).end).toBe('fin');
    expect(
      tap.recording.connections().map(({ opened }) => opened.port),
    ).toEqual([port, apart.port, apart.port]);
    await apart.close();
    await expect(connect(apart.port)).rejects.toThrow('ECONNREFUSED');
  });
});
