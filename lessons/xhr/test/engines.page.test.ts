/** What the engines do differently, and the lesson tells or survives. */
import { expect, test } from '@jest/globals';
import { createServer as createHttpServer } from 'node:http';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { closing, start } from './visit.ts';

describeInEngines('one request', (browser, engine) => {
  const open = async (url: string) => {
    const page = await browser().newPage();
    closing.push(() => page.close());
    await page.goto(url);
    return page;
  };

  test('tells of no body that was not streamed that it was, and why it ended', async () => {
    const { line, origin } = await start();
    const page = await open(origin);
    await page.locator('#state', { hasText: 'response received' }).waitFor();
    await page.getByRole('button', { name: 'Stream an upload' }).click();
    const says = {
      chromium: 'Not streamed: TypeError: Failed to fetch',
      firefox:
        'Not streamed: this page made 16 bytes, the server has received 23.',
      webkitgtk: 'Not streamed: NotSupportedError',
    }[engine];
    await page.locator('#sent', { hasText: says }).waitFor();

    line.break('silence');
    await page.locator('[name=api]').selectOption('fetch');
    await page.locator('[name=timeout]').selectOption('1000');
    await page.getByRole('button', { name: 'Send request' }).click();
    await page
      .locator('#log > .end', { hasText: 'rejected: TimeoutError' })
      .waitFor();
  });

  test('whose body is cut fails, unless WebKitGTK takes the half for all', async () => {
    const server = createHttpServer(({ url }, response) => {
      response.setHeader('Content-Type', 'text/html');
      if (url === '/') return void response.end('<!doctype html>');
      response.write('half');
      // The rest never comes: by a reset, or without the last chunk.
      setImmediate(() => {
        if (url === '/reset') response.socket!.resetAndDestroy();
        else response.destroy();
      });
      return undefined;
    });
    const { origin } = await listen(server);
    closing.push(() => server.close().closeAllConnections());
    const page = await open(origin);
    const ends = (path: string) =>
      page.evaluate<string, string>(async (url) => {
        try {
          const response = await fetch(url);
          return await response.text();
        } catch (error) {
          return (error as Error).name;
        }
      }, path);
    const names = {
      chromium: ['TypeError', 'TypeError'],
      firefox: ['TypeError', 'AbortError'],
      webkitgtk: ['half', 'TypeError'],
    }[engine];
    expect([await ends('/ends'), await ends('/reset')]).toEqual(names);
  });
});
