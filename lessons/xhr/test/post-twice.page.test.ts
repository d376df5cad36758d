/**
 * How often a server gets a POST that a page has sent once, if the connection
 * ends before the response: what “I sent one POST. Can it arrive twice?” says.
 * HAProxy 2.6.12 of Debian 12 was measured.
 */
import { beforeEach, expect, test } from '@jest/globals';
import { createServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Browser } from '@on-the-wire/browser/page.ts';
import { findProxy, howToInstall } from '@on-the-wire/proxies/find.ts';
import { minimalLines } from '@on-the-wire/proxies/lines.ts';
import { startProxy } from '@on-the-wire/proxies/start.ts';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';

const closing = closingAfterEach();
let posts = 0;
let port = 0;

// It takes each POST, and resets the connection instead of a response. Each GET
// of /used waits until there are as many: so many connections have been used.
beforeEach(async () => {
  posts = 0;
  const all = new Set<Socket>();
  const waiting: ServerResponse[] = [];
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === 'POST') {
      posts += 1;
      request.on('end', () => request.socket.resetAndDestroy());
      return;
    }
    response.setHeader('Content-Type', 'text/html');
    if (!request.url!.startsWith('/used'))
      return void response.end(
        '<!doctype html><link rel="icon" href="data:,">',
      );
    if (waiting.push(response) < Number(request.url!.split('/')[2])) return;
    const used = waiting.map(({ socket }) => socket);
    for (const socket of all) if (!used.includes(socket)) socket.destroy();
    for (const each of waiting) each.end();
  });
  server.on('connection', (socket: Socket) => all.add(socket));
  ({ port } = await listen(server));
  closing.push(() => server.close().closeAllConnections());
});

/** Sends one where so many connections were used before; says how it ended. */
async function send(browser: Browser, origin: string, connections = 1) {
  const page = await browser.newPage();
  closing.push(() => page.close());
  await page.goto(origin);
  return page.evaluate<string, number>(async (most) => {
    // Each has a URL of its own: for the same one, a browser may wait.
    const used = Array.from({ length: most }, (_, at) =>
      fetch(`/used/${most}/${at}`),
    );
    for (const response of await Promise.all(used)) await response.text();
    try {
      return `${(await fetch('/', { method: 'POST', body: 'x' })).status}`;
    } catch (error) {
      return (error as Error).name;
    }
  }, connections);
}

describeInEngines('a POST whose connection is reset', (browser, engine) => {
  const once = engine === 'webkitgtk';

  test('comes twice, from WebKitGTK once', async () => {
    const end = await send(browser(), `http://127.0.0.1:${port}`);
    expect([posts, end]).toEqual([once ? 1 : 2, 'TypeError']);
  });

  test('comes once for each connection that was used, and once more', async () => {
    const end = await send(browser(), `http://127.0.0.1:${port}`, 3);
    expect([posts, end]).toEqual([once ? 1 : 4, 'TypeError']);
  });
});

const haproxy = findProxy('haproxy');
if (haproxy)
  describeInEngines(
    'behind HAProxy, over HTTP/2',
    (browser, engine) => {
      test('a POST whose connection is reset comes more often', async () => {
        const front = await startProxy(haproxy, {
          port: await freePort(),
          upstream: { port },
          tls: await localCertificate(),
          lines: minimalLines('haproxy'),
        });
        closing.push(() => front.stop());
        const end = await send(browser(), `https://127.0.0.1:${front.port}`);
        expect([posts, end]).toEqual([
          engine === 'firefox' ? 10 : 3,
          'TypeError',
        ]);
      });
    },
    ['chromium', 'firefox'],
  );
else process.stderr.write(`Skipped: ${howToInstall('haproxy')}\n`);
