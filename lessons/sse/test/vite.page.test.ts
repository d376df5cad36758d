/** What Vite's proxy makes of a deploy, and what the page does about it. */
import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { describeWithClients } from '@on-the-wire/testing/describe-with-clients.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

describeWithClients('the stream behind Vite', (at) => {
  /** The lesson, and Vite before it. */
  async function start() {
    const feed = createFeed({ rate: 'night' });
    const lesson = createServer({ feed, retry: 300 });
    closing.push(lesson.close);
    const { port, origin } = await listen(
      lesson.server,
      await freePort(), // nobody else gets it meanwhile
    );
    const vite = spawn(process.execPath, [at('vite-before.ts'), origin], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    closing.push(() => vite.kill());
    const [text] = (await once(vite.stdout!, 'data')) as [Buffer];
    /** Breaks off every response, and closes the port: a server that dies. */
    const die = async () => {
      const closed = once(lesson.server, 'close');
      (lesson.server as Server).close().closeAllConnections();
      await closed;
    };
    const again = async () => {
      const next = createServer({ feed: createFeed({ rate: 'night' }) });
      closing.push(next.close);
      await listen(next.server, port);
    };
    return { ...lesson, die, again, before: Number(String(text)) };
  }

  const stream = async (port: number) => {
    const client = await rawClient(port);
    client.send('GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await client.until('event: snapshot');
    return client;
  };

  test('ends with a last chunk where the server ended it in order', async () => {
    const { close, before } = await start();
    const client = await stream(before);
    await close();
    await client.until('\r\n0\r\n\r\n');
  });

  test('stays open and silent where the server died', async () => {
    const { die, again, before } = await start();
    const client = await stream(before);
    await die();
    await again();
    // Another stream gets through. The first has nothing, and no end.
    const other = await stream(before);
    await other.until('\n: keep open\n');
    expect(client.socket.closed).toBe(false);
    expect(client.socket.readableEnded).toBe(false);
    expect(client.received).not.toContain('\n: keep open\n');
    client.socket.destroy();
    other.socket.destroy();
  });

  describeWithBrowser('in the page', (browser) => {
    test('is opened again by the watchdog', async () => {
      const { die, again, before } = await start();
      const page = await browser().newPage();
      closing.push(() => page.close());
      // On its own the clock would go on, and further on a busy machine.
      await page.clock.install({ time: 0 });
      await page.clock.pauseAt(1_000);
      await page.goto(`http://127.0.0.1:${before}/`);
      const open = page.locator('#state', { hasText: 'open' });
      await open.waitFor();
      await page.locator('#log .snapshot').waitFor();
      await die();
      await again();
      await page.clock.fastForward(24_000);
      expect(await page.locator('#opened').textContent()).toBe('1');
      expect(await open.isVisible()).toBe(true);
      await page.clock.fastForward(1_500);
      await page.locator('#opened', { hasText: '2' }).waitFor();
      await open.waitFor();
    });
  });
});
