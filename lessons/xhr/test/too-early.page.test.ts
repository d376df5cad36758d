/** A page that is told when to retry does not do so earlier. */
import { expect, test } from '@jest/globals';
import { createServer as createHttpServer } from 'node:http';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import { shows } from '@on-the-wire/testing/lesson-page.ts';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { createServer } from '../server.ts';
import { closing } from './visit.ts';

describeInEngines('429 and Retry-After', (browser) => {
  test.each([
    ['polling', '/board', 'a date'],
    ['streamed, XHR', '/lines', 'seconds'],
  ])('%s retries %s when it is told to, in %s', async (way, path, form) => {
    const feed = createFeed({ rate: 'night' });
    feed.close();
    const lesson = createServer({ feed });
    const came: number[] = []; // when each request for it came, in ms
    let isRefusing = false;
    const third = Promise.withResolvers<void>();
    const server = createHttpServer((request, response) => {
      if (!isRefusing || !request.url!.startsWith(path))
        return void lesson.server.emit('request', request, response);
      came.push(performance.now());
      if (came.length === 3) third.resolve();
      // A date counts whole seconds: what is left of this one is lost.
      const now = Date.parse(new Date().toUTCString());
      const date = new Date(now + 2_000).toUTCString();
      response.writeHead(429, {
        'Retry-After': form === 'seconds' ? '2' : date,
      });
      return void response.end('Too many requests.');
    });
    const line = await listenBehindTap(server);
    closing.push(lesson.close, line.close, () => {
      server.close().closeAllConnections();
    });
    const page = await browser().newPage();
    closing.push(() => page.close());
    page.setDefaultTimeout(60_000);
    await page.goto(line.origin);
    await page.locator('#state', { hasText: 'response received' }).waitFor();
    isRefusing = true;
    await page.getByText(way, { exact: true }).first().click();
    await shows(page as never, 'state', /429, Retry-After: .+: retrying/);
    await third.promise;
    const [a, b, c] = came as [number, number, number];
    for (const ms of [b - a, c - b]) {
      expect(ms).toBeGreaterThanOrEqual(2_000);
      expect(ms).toBeLessThan(20_000); // a second of jitter, and a busy machine
    }
  });
});
