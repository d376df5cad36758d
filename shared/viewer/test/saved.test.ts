import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { createTap, parseFaults } from '@on-the-wire/tap/tap.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { readPcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { LiveUnits } from '../live/live-units.ts';
import { WireLog } from '../live/log.ts';
import { saveRun } from '../saved/save.ts';
import { SavedRun } from '../saved/saved.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';
import { isUnit, type Line } from '../source.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** Two exchanges on one connection, then a fault that cuts another. */
async function record() {
  const server = createServer((request, response) => {
    response.setHeader('Set-Cookie', 'key=geheim');
    response.end(`You asked for ${request.url}`);
  });
  const { port } = await listen(server);
  const tap = createTap({
    target: { host: '127.0.0.1', port },
    link: 'browser-server',
  });
  const log = new WireLog(tap.recording, new LiveUnits(tap));
  await tap.listen();
  closing.push(
    () => server.close(),
    () => tap.close(),
  );
  const client = await rawClient(tap.port);
  client.send('GET /a HTTP/1.1\r\nHost: a\r\nCookie: key=secret\r\n\r\n');
  await client.until('asked for /a');
  client.send('GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  await client.closed;
  tap.setFaults(parseFaults(['up:reset=after:4B']));
  const other = await rawClient(tap.port);
  other.send('GET /c HTTP/1.1\r\n');
  await other.closed;
  return { tap, log };
}

/** What must be the same before and after; the address of a client is not kept. */
const essence = (lines: readonly Line[]) =>
  lines
    .filter(({ kind }) => kind !== 'open')
    .map(({ connection, link, kind, summary, direction }) => ({
      connection,
      link,
      kind,
      summary,
      direction,
    }));

describe('a run that was saved and opened again', () => {
  test('has the same units, ends and faults, with the same fields and links', async () => {
    const { tap, log } = await record();
    const before = log.lines(0, 100);
    const saved = new SavedRun(readPcapng(saveRun(tap, { secrets: true })));
    const sorted = (lines: readonly Line[]) =>
      essence(lines)
        .map((line) => JSON.stringify(line))
        .toSorted();
    expect(sorted(saved.lines)).toEqual(sorted(before));
    expect(saved.counts).toEqual(log.counts);
    for (const line of saved.lines.filter(isUnit)) {
      const twin = before
        .filter(isUnit)
        .find(
          ({ summary, connection, exchange }) =>
            summary === line.summary &&
            connection === line.connection &&
            exchange === line.exchange,
        )!;
      const [now, then] = [saved.details(line.n), log.details(twin.n)!];
      expect(Buffer.from(now!.bytes!)).toEqual(Buffer.from(then.bytes!));
      expect(now!.fields).toEqual(then.fields);
      expect(now!.reads.map(({ offset }) => offset)).toEqual(
        then.reads.map(({ offset }) => offset),
      );
    }
  });

  test('has asterisks for cookies, unless they were asked for', async () => {
    const { tap } = await record();
    const text = (file: Uint8Array) => Buffer.from(file).toString('latin1');
    expect(text(saveRun(tap, { secrets: true }))).toMatch(/secret[^]*geheim/);
    const masked = text(saveRun(tap));
    expect(masked).not.toMatch(/secret|geheim/);
    expect(masked).toContain('Cookie: **********\r\n');
  });

  test('knows the unit that was chosen', async () => {
    const { tap, log } = await record();
    const head = log.lines(0, 100).filter(({ kind }) => kind === 'body')[1]!;
    const { ranges, line } = log.details(head.n)!;
    const { connection, direction, layer } = line;
    const chosen = { connection, direction, layer, start: ranges[0]![0] };
    const saved = new SavedRun(readPcapng(saveRun(tap, { chosen })));
    expect(saved.lines[saved.chosen!]!.summary).toBe(head.summary);
    expect(new SavedRun(readPcapng(saveRun(tap))).chosen).toBeUndefined();
  });

  test('has only some connections, with what is said of them', async () => {
    const { tap } = await record();
    const [first, ...others] = tap.recording.connections();
    expect(others).not.toHaveLength(0);
    const only = new Map([[first!.connection, 'client to nginx']]);
    const { connections } = readPcapng(saveRun(tap, { only }));
    expect(connections.map(({ id }) => id)).toEqual([first!.connection]);
    expect(connections[0]!.comments[0]!.text).toBe('client to nginx');
  });

  test('says which version of the course saved it', async () => {
    const { tap } = await record();
    const saved = new SavedRun(readPcapng(saveRun(tap)));
    expect(saved.version).toBe(courseVersion());
  });

  test('says what the recording had dropped, and where it is missing', async () => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.end(request.url));
    });
    const { port } = await listen(server);
    // Four blocks of 8 KiB.
    const target = { host: '127.0.0.1', port };
    const tap = createTap({ target, recordingSize: 4 * 8192 });
    await tap.listen();
    closing.push(
      () => server.close(),
      () => tap.close(),
    );
    const ask = async (length: number, path: string) => {
      const client = await rawClient(tap.port);
      const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close`;
      client.send(`${head}\r\nContent-Length: ${length}\r\n\r\n`);
      client.send('x'.repeat(length));
      await client.closed;
    };
    for (const path of ['/a', '/b']) await ask(0, path);
    // Three connections of their own, then half of the memory, then a bit more.
    await ask(2 * 8192, '/large');
    for (const path of ['/c', '/d']) await ask(0, path);
    const kept = tap.recording.connections();
    expect(kept.map(({ connection }) => connection)).toEqual([3, 4, 5]);
    const { from, bytes } = kept[0]!.up;
    expect(from).toBeGreaterThan(8000);

    const { lines } = new SavedRun(readPcapng(saveRun(tap)));
    const labels = lines.filter(
      ({ kind, summary }) => kind === 'label' && summary.includes('dropped'),
    );
    expect(labels.map(({ summary }) => summary)).toEqual([
      '2 connections were dropped whole from the recording',
      `${from.toLocaleString('en')} bytes before this were dropped from the recording`,
    ]);
    const [, gone] = labels;
    expect(gone).toMatchObject({ connection: 3, direction: 'up' });
    // Behind it stands what is left of that direction.
    const rest = lines
      .slice(gone!.n)
      .filter(isUnit)
      .filter(
        ({ connection, direction }) => connection === 3 && direction === 'up',
      );
    expect(rest.reduce((sum, { size }) => sum + size, 0)).toBe(bytes - from);
    expect(lines.slice(0, gone!.n).filter(isUnit)).toEqual([]);
    expect(lines.map(({ summary }) => summary).join('\n')).toMatch(
      /POST \/c[^]*POST \/d/,
    );
  });
});
