import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { createTap } from '@on-the-wire/tap/tap.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { LiveUnits } from '../live/live-units.ts';
import { WireLog } from '../live/log.ts';
import type { Line } from '../source.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A server behind a tap, and the log of it. */
async function start(kept?: number) {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/plain').end('Zürich');
  });
  const { port } = await listen(server);
  const tap = createTap({ target: { host: '127.0.0.1', port } });
  const log = new WireLog(tap.recording, new LiveUnits(tap), kept);
  const origin = `http://127.0.0.1:${await tap.listen()}`;
  closing.push(
    () => server.close(),
    () => tap.close(),
  );
  const ask = async () => {
    const response = await fetch(origin, { headers: { Connection: 'close' } });
    await response.text();
  };
  return { log, ask };
}

const units = (lines: Line[]) =>
  lines.filter((line) => 'layer' in line).map(({ kind }) => kind);

describe('the log of a run', () => {
  test('numbers units and notes in the order in which they came', async () => {
    const { log, ask } = await start();
    await ask();
    await ask();
    const lines = log.lines(0, 100);
    expect(lines.map(({ n }) => n)).toEqual(lines.map((_, index) => index));
    const one = [
      'http/1.1 request headers',
      'http/1.1 response headers',
      'body',
    ];
    expect(units(lines)).toEqual([...one, ...one]);
    expect(lines.filter(({ kind }) => kind === 'open')).toHaveLength(2);
    expect(log.lines(3, 2)).toEqual(lines.slice(3, 5));
  });

  test('has fields, bytes and reads of each unit', async () => {
    const { log, ask } = await start();
    await ask();
    const body = log.lines(0, 100).find(({ kind }) => kind === 'body')!;
    const details = log.details(body.n)!;
    expect(Buffer.from(details.bytes!).toString()).toBe('Zürich');
    expect(details.line).toEqual(body);
    expect(details.fields.map(({ value }) => value)).toContain('Zürich');
    const [from, to] = details.ranges[0]!;
    expect(to - from).toBe(7);
    expect(details.reads.at(-1)!.offset).toBeLessThanOrEqual(from);
    expect(log.details(0)).toBeUndefined(); // a connection that opened
    expect(log.details(9_999)).toBeUndefined();
  });

  test('drops the oldest lines, and says how many; counts go on', async () => {
    const { log, ask } = await start(10);
    for (let i = 0; i < 6; i++) await ask();
    expect(log.first).toBeGreaterThan(0);
    expect(log.end - log.first).toBe(10);
    expect(log.lines(0, 3).map(({ n }) => n)).toEqual([
      log.first,
      log.first + 1,
      log.first + 2,
    ]);
    expect(log.details(1)).toBeUndefined();
    expect(log.counts).toMatchObject({
      connections: 6,
      roundTrips: 6,
      updates: 6,
      payload: 42,
    });
  });
});
