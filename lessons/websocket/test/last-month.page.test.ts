/** A tab of today, and a server of next month. */
import { expect, test } from '@jest/globals';
import { createFeed, type Update } from '@on-the-wire/shared/board/feed.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import {
  describeInEngines,
  describeWithBrowser,
} from '@on-the-wire/testing/describe-with-browser.ts';
import { countOf, listenTo, shows } from '@on-the-wire/testing/lesson-page.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

describeWithBrowser('a page of last month', (browser) => {
  test('shows what it knows of a newer server, and counts the rest', async () => {
    const feed = createFeed({ rate: 'night' });
    feed.close();
    const origins: string[] = [];
    const { server, close } = createServer({ feed, origins });
    closing.push(close);
    const { origin } = await listen(server);
    origins.push(origin);
    const page = await browser().newPage({ reducedMotion: 'reduce' });
    closing.push(() => page.close());
    const { said } = listenTo(page);
    await page.goto(origin);
    await shows(page, 'last-id', `${feed.run}-0`);

    const { data } = feed.snapshot();
    const { train: _, ...rest } = data.departures[0]!;
    const nextMonth: object[] = [
      { kind: 'weather', id: `${feed.run}-x`, data: { snow: true } },
      { kind: 'departure', id: `${feed.run}-x`, data: { n: 1, ...rest } },
      { kind: 'snapshot', id: `${feed.run}-x`, data: { run: 'other', n: 1 } },
      { kind: 'hello' },
      [1, 2, 3],
    ];
    for (const message of nextMonth) feed.emit('update', message as Update);
    await shows(page, 'not-understood', '5 messages');
    expect(await countOf(page)).toEqual({ seen: 0, of: 0, doubled: 0 });

    // One that is known, with a field that came later.
    const update = feed.next();
    const newer = { ...update, since: 2, data: { ...update.data, coaches: 9 } };
    feed.emit('update', newer as Update);
    await shows(page, 'last-id', update.id);
    expect(await countOf(page)).toEqual({ seen: 1, of: 1, doubled: 1 });
    for (let n = 0; n < 10; n += 1) feed.next();
    await shows(page, 'last-id', `${feed.run}-11`);
    expect(await page.locator('#not-understood').textContent()).toBe(
      '5 messages',
    );
    expect(said).toEqual([]);
  });
});

describeInEngines('a page of another version', (browser) => {
  test('gets 4426 and the reason, and stays away', async () => {
    const feed = createFeed({ rate: 'night' });
    feed.close();
    const origins: string[] = [];
    const { server, close } = createServer({ feed, origins });
    closing.push(close);
    const { origin } = await listen(server);
    origins.push(origin);
    const offered: unknown[] = [];
    server.on('upgrade', ({ headers }) =>
      offered.push(headers['sec-websocket-protocol']),
    );
    const page = await browser().newPage();
    closing.push(() => page.close());
    await page.goto(origin);
    await page.locator('#state', { hasText: 'open' }).waitFor();
    await page.evaluate(() => {
      const Real = globalThis.WebSocket;
      globalThis.WebSocket = class extends Real {
        constructor(url: string | URL) {
          super(url, 'board.v0');
        }
      };
    });
    await page.locator('#close').click();
    await page.locator('#state', { hasText: 'closed' }).waitFor();
    await page.locator('#open').click();
    const why = '4426 This server speaks board.v1: reload the page';
    const result = `This page stays away: ${why}`;
    await page.locator('#result', { hasText: result }).waitFor();
    await page.locator('#state', { hasText: 'closed' }).waitFor();
    expect(await page.locator('#closed').textContent()).toMatch(why);
    expect(offered).toEqual(['board.v1', 'board.v0']);
  });
});
