import { afterEach, describe, expect, test } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { createTap, parseFaults, type Tap } from '@on-the-wire/tap/tap.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { decodeConnection } from '@on-the-wire/wire/connection.ts';
import type { Direction, Unit } from '@on-the-wire/wire/unit.ts';
import { LiveUnits, type LiveUnit } from '../live/live-units.ts';
import { printCounts, printWire } from '../live/print-wire.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const answer =
  'HTTP/1.1 200 OK\r\n' +
  'Content-Type: text/event-stream\r\n' +
  'Transfer-Encoding: chunked\r\n' +
  '\r\n' +
  '11\r\nid: 7\ndata: Zug\n\n\r\n';

/**
 * A server behind a tap, that responds once on each connection; without `respond`
 * always with the same.
 */
async function start(
  faults: string[] = [],
  respond = (socket: Socket, _path: string) => {
    socket.write(answer);
  },
) {
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', (request: Buffer) => {
        respond(socket, String(request).split(' ')[1]!);
      });
    closing.push(() => socket.destroy());
  });
  const { port } = await listen(server);
  const tap: Tap = createTap({
    target: { host: '127.0.0.1', port },
    faults: parseFaults(faults),
    seed: 1,
  });
  await tap.listen();
  closing.push(
    () => server.close(),
    () => tap.close(),
  );
  return { tap, units: new LiveUnits(tap) };
}

describe('the units of a tap', () => {
  test('are told as they happen, with their connection', async () => {
    const { tap, units } = await start();
    const told: unknown[] = [];
    units.on('unit', ({ connection, unit: { direction, kind, ranges } }) =>
      told.push([connection, direction, kind, ranges]),
    );
    for (const connection of [1, 2]) {
      const client = await rawClient(tap.port);
      client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      await client.until('Zug\n\n\r\n');
      expect(told.splice(0)).toEqual([
        [connection, 'up', 'http/1.1 request headers', [[0, 27]]],
        [connection, 'down', 'http/1.1 response headers', [[0, 80]]],
        [connection, 'down', 'event', [[84, 101]]],
        [connection, 'down', 'http/1.1 chunk', [[80, 103]]],
      ]);
      closing.push(() => client.socket.destroy());
    }
  });

  test('are printed a line each, with what happened beside them', async () => {
    const { tap, units } = await start(['reset=after:20B']);
    const lines: string[] = [];
    printWire(tap, units, 'lines', (line) => lines.push(line));
    const client = await rawClient(tap.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.closed;
    if (tap.connections > 0) await once(tap, 'close');
    const text = lines.join('\n');
    expect(lines[0]).toMatch(/^ *\d+\.\d{3} s #1 {2}· opened from port \d+$/);
    expect(text).toMatch(/^ *\d+\.\d{3} s #1 {2}· reset: /m);
  });

  test('of an unknown protocol come with each read, at its time', async () => {
    let said: Socket | undefined;
    const { tap, units } = await start([], (socket) => {
      said = socket.setNoDelay().once('close', () => {});
      socket.write('tick 1\n');
    });
    const client = await rawClient(tap.port);
    // When the tap's clock stood at 0, at the earliest and at the latest.
    const zero = { from: -Infinity, to: Infinity };
    const next = async (send: () => unknown) => {
      const before = performance.now();
      const told = once(units, 'unit') as Promise<[LiveUnit]>;
      send();
      const [{ unit, time }] = await told;
      zero.from = Math.max(zero.from, before - time);
      zero.to = Math.min(zero.to, performance.now() - time);
      expect(zero.from).toBeLessThanOrEqual(zero.to);
      return `${unit.direction} ${unit.text}`;
    };
    expect(await next(() => client.send('*1\n'))).toBe('up *1\\n');
    await client.until('tick 1\n');
    // Nobody else speaks meanwhile.
    for (const tick of ['tick 2', 'tick 3'])
      expect(await next(() => said!.write(tick))).toBe(`down ${tick}`);
    client.socket.destroy();
  });

  test('are added up at the end', async () => {
    const { tap, units } = await start();
    const client = await rawClient(tap.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until('Zug\n\n\r\n');
    client.socket.destroy();
    const lines: string[] = [];
    printCounts(units, (line) => lines.push(line));
    // 27 bytes up; down 80 of status line and headers, and 23 of a chunk with an event of "Zug".
    expect(lines.slice(0, 8).map((line) => line.slice(0, 33).trim())).toEqual([
      'Connections                     1',
      'Round trips                     1',
      'Bytes up                       27',
      'Bytes down                    103',
      'Payload                   3 (2 %)',
      'Overhead               127 (98 %)',
      'Updates                         1',
      'Bytes per update              130',
    ]);
  });

  test('are printed with their fields and bytes', async () => {
    const { tap, units } = await start();
    const lines: string[] = [];
    printWire(tap, units, 'bytes', (line) => lines.push(line));
    const client = await rawClient(tap.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until('Zug\n\n\r\n');
    expect(lines).toContain(
      '    64 61 74 61 3a 20 5a 75  67                       data: Zug',
    );
  });
});

/** All units that are told, and how to wait for one of them. */
function unitsOf(units: LiveUnits) {
  const told: LiveUnit[] = [];
  units.on('unit', (unit) => told.push(unit));
  const until = async (isIt: (unit: LiveUnit) => boolean) => {
    for (let seen = 0; ; await once(units, 'unit'))
      while (seen < told.length) if (isIt(told[seen++]!)) return;
  };
  return { told, until };
}

describe('a flood', () => {
  test('of blank lines in gzip gives no more units than bytes; others are served', async () => {
    const body = gzipSync(Buffer.alloc(16_777_216, '\n'));
    const head =
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n' +
      `Content-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`;
    const { tap, units } = await start([], (socket, path) => {
      if (path === '/flood')
        socket.write(Buffer.concat([Buffer.from(head), body]));
      else socket.write(answer);
    });
    const { told, until } = unitsOf(units);
    const flooded = await rawClient(tap.port);
    flooded.send('GET /flood HTTP/1.1\r\n\r\n');
    await until(({ unit }) => unit.kind === 'limit');
    const other = await rawClient(tap.port);
    other.send('GET / HTTP/1.1\r\n\r\n');
    await other.until('Zug\n\n\r\n');
    await until(({ unit }) => unit.kind === 'body');
    const ofFlood = told.filter(({ connection }) => connection === 1);
    expect(ofFlood.length).toBeLessThan(head.length + body.length);
    expect(
      ofFlood.find(({ unit }) => unit.kind === 'limit')?.unit.summary,
    ).toBe(
      'more events, comments and blank lines than bytes on the wire: the rest of this event stream is not read',
    );
    flooded.socket.destroy();
    other.socket.destroy();
  });

  test('of half a million units is told in parts, and others are served meanwhile', async () => {
    const body = Buffer.alloc(1_000_000, ':\n');
    const head =
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n' +
      `Content-Length: ${body.length + 1}\r\n\r\n`;
    const { tap, units } = await start([], (socket, path) => {
      if (path === '/flood')
        socket.write(
          Buffer.concat([Buffer.from(head), body, Buffer.from('\n')]),
        );
      else socket.write(answer);
    });
    const { told, until } = unitsOf(units);
    const flooded = await rawClient(tap.port);
    flooded.send('GET /flood HTTP/1.1\r\n\r\n');
    await until(({ unit }) => unit.kind === 'comment');
    const other = await rawClient(tap.port);
    other.send('GET / HTTP/1.1\r\n\r\n');
    await other.until('Zug\n\n\r\n');
    const before = told.length;
    await until(({ unit }) => unit.kind === 'body part' && unit.size < 65_536);
    expect(before).toBeLessThan(told.length);
    const comments = told.filter(({ unit }) => unit.kind === 'comment');
    expect(comments.length).toBe(500_000);
    expect(comments.at(-1)?.unit.ranges).toEqual([
      [head.length + body.length - 2, head.length + body.length + 1],
    ]);
    flooded.socket.destroy();
    other.socket.destroy();
  });
});

/** What a tap emits, at once and in one turn, as a test wants it. */
function emitter() {
  const tap = new EventEmitter();
  const open = (connection: number) =>
    tap.emit('open', { connection, time: 0, client: { port: 1 } });
  const read = (connection: number, direction: Direction, bytes: Uint8Array) =>
    tap.emit('read', { connection, direction, time: 1, bytes });
  const end = (connection: number) =>
    tap.emit('end', { connection, time: 2, how: 'fin' });
  return { tap: tap as unknown as Tap, open, read, end };
}

describe('what waits to be decoded', () => {
  test('is decoded in the order in which it came, in however many turns', async () => {
    const { tap, open, read, end } = emitter();
    const units = new LiveUnits(tap);
    const { told } = unitsOf(units);
    const order: string[] = [];
    units.on('note', ({ connection, kind }) =>
      order.push(`${kind} ${connection}`),
    );
    const piece = Buffer.from('PING\r\n'.repeat(10));
    const sent = new Map<number, Uint8Array[]>();
    for (const connection of [1, 2, 3]) {
      open(connection);
      sent.set(connection, []);
    }
    for (let n = 0; n < 4_000; n += 1) {
      const connection = (n % 3) + 1;
      // Some reads are long, most are short, and some are copied in parts.
      const bytes =
        n % 500 === 0 ? Buffer.alloc(70_000, piece) : piece.subarray(n % 7);
      sent.get(connection)!.push(bytes);
      read(connection, 'up', bytes);
    }
    for (const connection of [1, 2, 3]) end(connection);
    while (order.length < 6) await setImmediate();
    expect(order.slice(3)).toEqual(['end 1', 'end 2', 'end 3']);
    for (const [connection, reads] of sent) {
      const decoder = decodeConnection();
      const wanted: Unit[] = reads.flatMap((bytes) =>
        decoder.feed('up', bytes),
      );
      wanted.push(...decoder.end('up'), ...decoder.end('down'));
      const own = told.filter((each) => each.connection === connection);
      expect(own.map(({ unit }) => unit)).toEqual(wanted);
    }
  });

  test('beyond a limit is given up, and told by how much; others go on', async () => {
    const { tap, open, read, end } = emitter();
    const waiting = { reads: 1_000, bytes: 262_144 };
    const units = new LiveUnits(tap, {}, waiting);
    const { told, until } = unitsOf(units);
    open(1);
    open(2);
    const request = Buffer.from('GET / HTTP/1.1\r\n\r\n');
    read(2, 'up', request);
    // 18 bytes a unit: 25 MB of them take more than a turn in any case.
    const flood = Buffer.alloc(64_800, request);
    for (let n = 0; n < 400; n += 1) read(1, 'up', flood);
    read(2, 'up', request);
    end(1);
    end(2);
    await until(
      ({ connection, unit }) => connection === 2 && unit.ranges[0]![0] === 18,
    );
    const sizeOf = (connection: number) =>
      told
        .filter((each) => each.connection === connection)
        .reduce((sum, { unit }) => sum + unit.size, 0);
    expect(sizeOf(1)).toBe(400 * flood.length);
    expect(sizeOf(2)).toBe(2 * request.length);
    const limits = told.filter(({ unit }) => unit.kind === 'limit');
    expect(new Set(limits.map(({ connection }) => connection))).toEqual(
      new Set([1]),
    );
    expect(limits[0]?.unit.summary).toMatch(
      /^[\d,]+ bytes, not decoded: more came than could be decoded meanwhile; a saved run is decoded whole$/,
    );
  });
});
