/**
 * How often a server gets a POST that a page has sent once, if the connection
 * ends before the response: what “I sent one POST. Can it arrive twice?” says.
 * HAProxy 2.6.12 of Debian 12 was measured.
 */
import { beforeEach, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
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

// It takes each POST, and resets the connection instead of a response.
beforeEach(async () => {
  posts = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === 'POST') {
      posts += 1;
      request.on('end', () => request.socket.resetAndDestroy());
      return;
    }
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html>');
  });
  ({ port } = await listen(server));
  closing.push(() => server.close().closeAllConnections());
});

/** Sends one over a connection that was used before; says how it ended. */
async function send(browser: Browser, origin: string) {
  const page = await browser.newPage();
  closing.push(() => page.close());
  await page.goto(origin);
  return page.evaluate<string>(async () => {
    await (await fetch('/')).text();
    try {
      return `${(await fetch('/', { method: 'POST', body: 'x' })).status}`;
    } catch (error) {
      return (error as Error).name;
    }
  });
}

describeInEngines('a POST whose connection is reset', (browser, engine) => {
  test('comes twice, from WebKitGTK once', async () => {
    const end = await send(browser(), `http://127.0.0.1:${port}`);
    expect([posts, end]).toEqual([engine === 'webkitgtk' ? 1 : 2, 'TypeError']);
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
