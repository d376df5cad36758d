/**
 * Who may ask the pages that this machine serves to its own reader: the shell
 * of a lesson, the home page, the page of a tap, and a saved run.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { nothingAround } from '@on-the-wire/course/shell/test/around.ts';
import { createHome } from '../server.ts';
import { stage } from '@on-the-wire/course/shell/test/stage.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { runTap } from '@on-the-wire/course/harness/run-tap.ts';
import { readRun, serveRun } from '@on-the-wire/course/harness/run-wire.ts';

/** A server, and a path of it that only its own page may ask for. */
interface Guarded {
  port: number;
  /** Undefined where there is nothing but the page itself. */
  own?: string;
}

const closing: (() => unknown)[] = [];
const pages: Record<string, Guarded> = {};
const names = ['the shell', 'the home page', 'a tap', 'a saved run'];

beforeAll(async () => {
  const shell = await stage({ 'README.md': '# Bells' });
  closing.push(shell.end);
  pages['the shell'] = { port: shell.port, own: '/tutorial' };

  const home = createHome({ lessons: [], around: nothingAround });
  closing.push(home.close);
  const { port } = await listen(home.server);
  pages['the home page'] = { port, own: '/table' };

  const program = createServer();
  const { origin } = await listen(program);
  closing.push(() => program.close());
  const options = { page: true, wire: 'lines', faults: [] } as const;
  const tap = await runTap(origin, options, () => {});
  closing.push(tap.stop);
  pages['a tap'] = { port: portOf(tap.page!), own: '/wire/faults' };

  const folder = await mkdtemp(join(tmpdir(), 'guarded-'));
  closing.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'run.pcapng');
  const connection = {
    id: 1,
    realPort: 80,
    secure: false,
    start: 0,
    reads: [],
    ends: [],
    comments: [],
  };
  await writeFile(file, writePcapng({ connections: [connection] }));
  const run = await serveRun(await readRun(file), 0);
  closing.push(run.close);
  pages['a saved run'] = { port: portOf(run.url) };
});
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
});

const portOf = (url: string) => Number(new URL(url).port);

/** Sends a request as it stands, and returns the status code of the response. */
async function statusOf(port: number, head: string[]): Promise<number> {
  const client = await rawClient(port);
  const lines = [...head, 'Connection: close', '', ''];
  client.send(lines.join('\r\n').replaceAll('{port}', String(port)));
  await client.closed;
  const { received } = client;
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(received) ?? [];
  expect(received).not.toMatch(/^access-control-/im);
  // 0: closed without a response, as Node does with CONNECT.
  return Number(status ?? 0);
}

const here = 'Host: 127.0.0.1:{port}';

describe.each(names)('%s', (name) => {
  const ask = (path: string, ...headers: string[]) =>
    statusOf(pages[name]!.port, [`GET ${path} HTTP/1.1`, ...headers]);
  /** Asks for what is only for its own page, or for that page. */
  const askOwn = (...headers: string[]) =>
    ask(pages[name]!.own ?? '/', ...headers);

  test.each(['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST'])(
    'responds as %s',
    async (host) => {
      expect(await ask('/', `Host: ${host}:{port}`)).toBe(200);
    },
  );

  test.each([
    'evil.example',
    'evil.example:{port}',
    '127.0.0.1.evil.example:{port}',
    'localhost.:{port}',
    'localhost.evil.example:{port}',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.1:{port}',
    '2130706433:{port}',
    '0.0.0.0:{port}',
    '192.168.1.2:{port}',
    '[::ffff:127.0.0.1]:{port}',
    'me@127.0.0.1:{port}',
    '127.0.0.1:{port}, evil.example',
    'http://127.0.0.1:{port}',
    '',
  ])('refuses the host "%s"', async (host) => {
    expect(await ask('/', `Host: ${host}`)).toBe(403);
    expect(await askOwn(`Host: ${host}`)).toBe(403);
  });

  test('refuses who names no host, and who names two', async () => {
    const { port } = pages[name]!;
    expect(await statusOf(port, ['GET / HTTP/1.0'])).toBe(403);
    expect(await statusOf(port, ['GET / HTTP/1.1'])).toBe(400);
    expect(await ask('/', 'Host: evil.example', here)).toBe(403);
  });

  test.each([
    'http://evil.example',
    'null',
    'http://localhost:{port}',
    'https://127.0.0.1:{port}',
    'http://127.0.0.1:1',
    'http://127.0.0.1:{port}.evil.example',
    'http://127.0.0.1:{port}/',
  ])('gives nothing of its own to a page of %s', async (origin) => {
    const status = await askOwn(here, `Origin: ${origin}`);
    // A saved run has no path of its own: the browser keeps the page from
    // others, by `Cross-Origin-Resource-Policy`.
    expect(status).toBe(pages[name]!.own ? 403 : 200);
  });

  test.each(['cross-site', 'same-site', 'nonsense'])(
    'gives nothing of its own to a request that is %s',
    async (site) => {
      const status = await askOwn(here, `Sec-Fetch-Site: ${site}`);
      expect(status).toBe(pages[name]!.own ? 403 : 200);
    },
  );

  test('gives it to its own page, and to the reader', async () => {
    expect(await askOwn(here, 'Origin: http://127.0.0.1:{port}')).toBe(200);
    for (const site of ['same-origin', 'none'])
      expect(await askOwn(here, `Sec-Fetch-Site: ${site}`)).toBe(200);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    'does nothing by %s',
    async (method) => {
      const { port } = pages[name]!;
      const status = await statusOf(port, [`${method} / HTTP/1.1`, here]);
      expect(status).toBe(405);
    },
  );

  test('is no proxy', async () => {
    const { port } = pages[name]!;
    expect(await ask('http://evil.example/', here)).toBe(404);
    expect(await ask(`http://127.0.0.1:{port}/`, 'Host: evil.example')).toBe(
      403,
    );
    const connect = ['CONNECT evil.example:443 HTTP/1.1', here];
    expect(await statusOf(port, connect)).toBe(0);
  });

  test('opens no WebSocket', async () => {
    const status = await askOwn(
      here,
      'Origin: http://127.0.0.1:{port}',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    );
    expect(status).toBe(200);
  });
});
