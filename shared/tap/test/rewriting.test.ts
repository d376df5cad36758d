import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Rewriter, Tap } from '../tap.ts';
import {
  all,
  cleanUp,
  connect,
  endOf,
  flood,
  hashOf,
  next,
  startTap,
  startTarget,
  take,
  watch,
} from './rig.ts';

afterEach(cleanUp);

const MB = 1024 * 1024;
const layers = ['plain', 'TLS'] as const;

/** Writes `Gleis` for `g`, and keeps what stands behind `<` until `>` comes. */
function makeGleis(): Rewriter {
  let kept = '';
  return {
    push(bytes) {
      const text = (kept + Buffer.from(bytes).toString('latin1')).replaceAll(
        'g',
        'Gleis',
      );
      const open = text.lastIndexOf('<');
      const to = open > text.lastIndexOf('>') ? open : text.length;
      kept = text.slice(to);
      return Buffer.from(text.slice(0, to), 'latin1');
    },
    end: () => Buffer.from(kept, 'latin1'),
  };
}

const makeSame = (): Rewriter => ({
  push: (bytes) => bytes,
  end: () => Buffer.alloc(0),
});

/** A client that is connected through a tap that rewrites. */
async function through(
  layer: (typeof layers)[number],
  rewrite = makeGleis,
  faults: string[] = [],
) {
  const met = Promise.withResolvers<{ server: Duplex; serverRaw: Socket }>();
  const port = await startTarget(
    (server, serverRaw) => met.resolve({ server, serverRaw }),
    { layer },
  );
  const tap = await startTap(port, { layer, rewrite, faults });
  const seen = watch(tap);
  const { client, raw } = await connect(tap.port, { layer });
  return { tap, client, raw, ...seen, ...(await met.promise) };
}

/** What a connection is recorded with. */
function recorded({ recording }: Tap, connection: number) {
  const { opened, up, down, ends } = recording.connection(connection)!;
  const text = (way: 'up' | 'down', length: number) =>
    String(recording.bytes(connection, way, 0, length));
  return {
    link: opened.link,
    up: text('up', up.bytes),
    down: text('down', down.bytes),
    ends: ends.map(({ direction, how }) => `${direction ?? 'both'} ${how}`),
  };
}

describe.each(layers)('what a client sends is rewritten, %s:', (layer) => {
  test('and is recorded as it came and as it went', async () => {
    const { tap, client, server } = await through(layer);
    client.write('g 7\n');
    expect(await take(server, 8)).toBe('Gleis 7\n');
    client.write('<g');
    server.write('go\n');
    expect(await take(client, 3)).toBe('go\n');
    const closed = next(tap, 'close', ({ connection }) => connection === 1);
    client.end('8>');
    expect(await all(server)).toMatchObject({ text: '<Gleis8>', end: 'fin' });
    server.end();
    await endOf(client);
    await closed;
    expect(recorded(tap, 1)).toEqual({
      link: 'client-tap',
      up: 'g 7\n<g8>',
      down: 'go\n',
      ends: ['up fin', 'down fin'],
    });
    expect(recorded(tap, 2)).toEqual({
      link: 'tap-target',
      up: 'Gleis 7\n<Gleis8>',
      down: 'go\n',
      ends: ['up fin', 'down fin'],
    });
    const { opened, closed: closedAt } = tap.recording.connection(2)!;
    expect(closedAt).toBeDefined();
    expect(opened.port).toBe(tap.target.port);
    expect(opened.encrypted).toBe(layer === 'TLS');
    expect(tap.connections).toBe(0);
  });

  test('what was kept leaves before the end of the client', async () => {
    const { client, server } = await through(layer);
    client.end('a<g');
    expect(await all(server)).toMatchObject({ text: 'a<Gleis', end: 'fin' });
    server.end('long answer');
    expect(await all(client)).toMatchObject({
      text: 'long answer',
      end: 'fin',
    });
  });

  test('a reset travels on, from either side', async () => {
    for (const from of ['client', 'server'] as const) {
      const { tap, client, raw, server, serverRaw, ends } =
        await through(layer);
      client.write('g');
      await take(server, 5);
      const closed = next(tap, 'close', ({ connection }) => connection === 1);
      const far = from === 'client' ? server : client;
      const end = endOf(layer === 'TLS' || far === client ? far : serverRaw);
      (from === 'client' ? raw : serverRaw).resetAndDestroy();
      expect(await end).toBe('ECONNRESET');
      await closed;
      const way = from === 'client' ? 'up' : 'down';
      expect(ends).toEqual([`${way} rst`, `${way} rst`]);
    }
  });

  test('random bytes, both ways at the same time', async () => {
    const { client, server } = await through(layer, makeSame);
    const up = flood(12 * MB);
    const down = flood(12 * MB);
    const sent = [up.send(client), down.send(server)];
    const [atServer, atClient] = await Promise.all([
      hashOf(server),
      hashOf(client),
      ...sent,
    ]);
    expect(atServer).toBe(up.hash);
    expect(atClient).toBe(down.hash);
  });
});

test('a fault strikes once, and before it is rewritten', async () => {
  const { tap, client, server, injected } = await through('plain', makeGleis, [
    'slicer',
  ]);
  client.write('gg');
  expect(await take(server, 10)).toBe('GleisGleis');
  expect(injected.map(({ connection }) => connection)).toEqual(
    injected.map(() => 1),
  );
  expect(tap.links).toEqual([]);
});

test.each([1, 2])(
  'connection %i is cut under either number',
  async (number) => {
    const { tap, client, server, ends } = await through('plain');
    client.write('g');
    await take(server, 5);
    tap.cut('rst', number);
    expect(await endOf(client)).toBe('ECONNRESET');
    expect(ends).toEqual(['both rst', 'both rst']);
  },
);

test('a target that is not reached is recorded under one number', async () => {
  const port = await startTarget(() => {});
  const tap = await startTap(port, { rewrite: makeGleis });
  await cleanUp();
  const gone = await startTap(port, { rewrite: makeGleis });
  const ended = next(gone, 'end');
  const { client } = await connect(gone.port);
  expect(await endOf(client)).toBe('ECONNRESET');
  expect(await ended).toMatchObject({ connection: 1, how: 'refused' });
  expect(gone.recording.connections()).toHaveLength(1);
  expect(tap.connections).toBe(0);
});

test('what is offered by ALPN is what was asked for, on both sides', async () => {
  const met = Promise.withResolvers<unknown>();
  const port = await startTarget(
    (socket) =>
      met.resolve((socket as { alpnProtocol?: unknown }).alpnProtocol),
    { layer: 'TLS', protocols: ['h2', 'http/1.1'] },
  );
  const tap = await startTap(port, {
    layer: 'TLS',
    rewrite: makeGleis,
    protocols: ['http/1.1'],
  });
  const { protocol } = await connect(tap.port, {
    layer: 'TLS',
    protocols: ['h2', 'http/1.1'],
  });
  expect(protocol).toBe('http/1.1');
  expect(await met.promise).toBe('http/1.1');
  expect(await tap.learnProtocols()).toEqual(['http/1.1']);
});
