import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createTap, parseFaults, type Tap } from '../../tap/tap.ts';
import { listen } from '../../testing/listen.ts';
import { rawClient } from '../../testing/raw-client.ts';
import { LiveUnits } from '../live-units.ts';
import { printCounts, printWire } from '../../harness/print-wire.ts';

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

/** A server that gives one answer to everything, behind a tap. */
async function start(faults: string[] = []) {
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.write(answer));
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
        [connection, 'up', 'http/1.1 request head', [[0, 27]]],
        [connection, 'down', 'http/1.1 response head', [[0, 80]]],
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
    expect(lines[0]).toMatch(/^ *\d+\.\d{3} s #1 {2}· opened by port \d+$/);
    expect(text).toMatch(/^ *\d+\.\d{3} s #1 {2}· reset: /m);
  });

  test('are added up at the end', async () => {
    const { tap, units } = await start();
    const client = await rawClient(tap.port);
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await client.until('Zug\n\n\r\n');
    client.socket.destroy();
    const lines: string[] = [];
    printCounts(units, (line) => lines.push(line));
    // 27 bytes up; down 80 of a head, and 23 of a chunk with an event of "Zug".
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
