/** What a page makes of a response that broke off behind the gateway. */
import { expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { createGateway } from '../transports/gateway.ts';

const closing = closingAfterEach();

describeWithBrowser('a page behind the gateway', (browser) => {
  test('in Chromium, takes no half for the whole, over HTTP/2', async () => {
    const server = createServer((request, response) => {
      const { socket } = response;
      if (request.url === '/') response.end('<!doctype html>');
      else response.write('half', () => socket!.resetAndDestroy());
    });
    closing.push(() => server.close().closeAllConnections());
    const { port } = await listen(server);
    const gateway = createGateway(port, await localCertificate());
    closing.push(gateway.close);
    const front = await listen(gateway.server);
    const context = await browser().newContext({ ignoreHTTPSErrors: true });
    closing.push(() => context.close());
    const page = await context.newPage();
    await page.goto(`https://127.0.0.1:${front.port}/`);
    const outcome = await page.evaluate(() =>
      fetch('/half')
        .then((response) => response.text())
        .catch(({ name }: Error) => name),
    );
    expect(outcome).toBe('TypeError');
    const [entry] = await page.evaluate(() =>
      performance
        .getEntriesByType('navigation')
        .map((each) => (each as PerformanceResourceTiming).nextHopProtocol),
    );
    expect(entry).toBe('h2');
  });
});
