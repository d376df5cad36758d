/**
 * What each engine sends as a page goes, and how much at most: what the side
 * trip *Uploads* says of `keepalive` and `sendBeacon`. Chromium 156, Firefox
 * 153 and WebKitGTK 2.50 were measured.
 */
import { beforeEach, expect, test } from '@jest/globals';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { Page } from '@on-the-wire/browser/page.ts';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';

const closing = closingAfterEach();

/** Takes whatever comes. `/held` gets no response as long as a test wants. */
async function start() {
  const came: string[] = [];
  const arrivals = new EventEmitter();
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (piece: Buffer) => (bytes += piece.length));
    request.on('end', () => {
      const { method, url } = request;
      came.push(`${method} ${url} ${bytes}`);
      arrivals.emit('one');
      response.setHeader('Content-Type', 'text/html');
      response.setHeader('Access-Control-Allow-Origin', '*');
      if (url !== '/held') response.end('<!doctype html>');
    });
  });
  const { origin } = await listen(server);
  closing.push(() => server.close().closeAllConnections());
  const until = async (line: string) => {
    while (!came.includes(line)) await once(arrivals, 'one');
  };
  return { origin, came, until };
}

describeInEngines('as a page goes', (browser, engine) => {
  let server: Awaited<ReturnType<typeof start>>;
  let page: Page;
  beforeEach(async () => {
    server = await start();
    page = await browser().newPage();
    await page.goto(server.origin);
  });

  /** What `sendBeacon` returns; how a `fetch` with `keepalive` ends. */
  const beacon = (path: string, bytes: number) =>
    page.evaluate<boolean, [string, number]>(
      ([to, size]) => navigator.sendBeacon(to, new Uint8Array(size)),
      [path, bytes],
    );
  const keepalive = (path: string, bytes: number, method = 'POST') =>
    page.evaluate<string, [string, number, string]>(
      async ([to, size, name]) => {
        const body = new Uint8Array(size);
        try {
          const init = { method: name, body, keepalive: true };
          return `${(await fetch(to, init)).status}`;
        } catch (error) {
          return (error as Error).name;
        }
      },
      [path, bytes, method],
    );

  test('keepalive takes 65,536 bytes, by any method, and not one more', async () => {
    closing.push(() => page.close());
    expect(await keepalive('/put', 1, 'PUT')).toBe('200');
    expect(await keepalive('/over', 65_537)).toBe('TypeError');
    await page.reload();
    expect(await keepalive('/most', 65_536)).toBe('200');
    expect(server.came).not.toContain('POST /over 65537');
  });

  test('a beacon takes as much, in Firefox any', async () => {
    closing.push(() => page.close());
    expect(await beacon('/most', 65_536)).toBe(true);
    await server.until('POST /most 65536');
    await page.reload();
    const isAny = engine === 'firefox';
    expect(await beacon('/over', 65_537)).toBe(isAny);
    expect(await beacon('/large', 1_000_000)).toBe(isAny);
    if (isAny) await server.until('POST /large 1000000');
  });

  test('both together have one limit, in Firefox each its own', async () => {
    closing.push(() => page.close());
    expect(await beacon('/held', 40_000)).toBe(true);
    await server.until('POST /held 40000');
    const isShared = engine !== 'firefox';
    expect(await keepalive('/more', 40_000)).toBe(
      isShared ? 'TypeError' : '200',
    );
  });

  test('to another origin only a beacon of JSON needs a preflight', async () => {
    closing.push(() => page.close());
    const other = await start();
    await page.evaluate<void, string>((elsewhere) => {
      navigator.sendBeacon(`${elsewhere}/text`, 'x');
      const type = 'application/json';
      navigator.sendBeacon(`${elsewhere}/json`, new Blob(['1'], { type }));
    }, other.origin);
    await other.until('POST /text 1');
    await other.until('OPTIONS /json 0');
    // It allows no Content-Type: so nothing else comes.
    expect([...other.came].sort()).toEqual(['OPTIONS /json 0', 'POST /text 1']);
  });

  /** As it goes, the page sends both. */
  const sendAsItGoes = () =>
    page.evaluate<void>(() => {
      addEventListener('pagehide', () => {
        const body = new Uint8Array(30_000);
        navigator.sendBeacon('/beacon', body);
        void fetch('/keepalive', { method: 'POST', body, keepalive: true });
      });
    });

  test('both arrive when another page takes its place', async () => {
    closing.push(() => page.close());
    await sendAsItGoes();
    await page.goto('about:blank');
    await server.until('POST /beacon 30000');
    await server.until('POST /keepalive 30000');
  });

  test('both arrive when it is closed, but for WebKitGTK’s window', async () => {
    await sendAsItGoes();
    await page.close();
    // There, none was seen: nothing to wait for.
    if (engine === 'webkitgtk') return;
    await server.until('POST /beacon 30000');
    await server.until('POST /keepalive 30000');
  });
});
