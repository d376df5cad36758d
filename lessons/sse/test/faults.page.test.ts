/** What the tutorial promises to happen when the network is broken. */
import { beforeAll, expect, test } from '@jest/globals';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { alone, countOf, shows } from '@on-the-wire/testing/lesson-page.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

/** The lesson behind a tap; its feed is moved by `next()` alone. */
async function start(options: Parameters<typeof createServer>[0] = {}) {
  const feed = createFeed({ rate: 'night' });
  feed.close();
  const { server, close } = createServer({ feed, retry: 50, ...options });
  const tap = await listenBehindTap(server);
  closing.push(close, tap.close);
  return { feed, tap };
}

describeWithBrowser('the page on a broken network', (browser) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser().newPage({ reducedMotion: 'reduce' });
  });
  const visit = async (origin: string) => {
    closing.push(() => page.goto('about:blank'));
    await page.goto(origin);
  };
  const lastId = (id: string) => shows(page, 'last-id', alone(id));
  const state = (text: string) => shows(page, 'state', alone(text));

  test('that is cut in the middle of events misses and doubles nothing', async () => {
    const { feed, tap } = await start();
    await visit(tap.origin);
    await lastId(`${feed.run}-0`);
    tap.break('down:reset=after:2000B');
    const struck = tap.injected('reset');
    for (let n = 1; n <= 40; n++) feed.next();
    await struck;
    await lastId(`${feed.run}-40`);
    expect(await countOf(page)).toEqual({ seen: 40, of: 40, doubled: 0 });
    const opened = await page.locator('#opened').textContent();
    expect(Number(opened)).toBeGreaterThan(2);
  });

  test('is kept open by comments, through a proxy that cuts what is idle', async () => {
    // Both clocks are of this process, which may have to wait for a second.
    const { feed, tap } = await start({ comment: 50, heartbeat: 2_500 });
    tap.break('idle=after:2s');
    await visit(tap.origin);
    await page.locator('#log .heartbeat').first().waitFor();
    expect(await page.locator('#opened').textContent()).toBe('1');
    expect(await page.locator('#last-id').textContent()).toBe(`${feed.run}-0`);
  });

  test('is cut by that proxy without them', async () => {
    const { tap } = await start({ comment: 9_000, heartbeat: 9_000 });
    await visit(tap.origin);
    await state('open');
    tap.break('idle=after:100ms');
    await page.locator('#opened', { hasText: '2' }).waitFor();
  });

  test('shows nothing of a silence, until the watchdog fires', async () => {
    const { feed, tap } = await start();
    const own = await browser().newPage();
    closing.push(() => own.close());
    // On its own the clock would go on, and further on a busy machine.
    await own.clock.install({ time: 0 });
    await own.clock.pauseAt(1_000);
    await own.goto(tap.origin);
    const open = own.locator('#state', { hasText: 'open' });
    await open.waitFor();
    await own.locator('#last-id', { hasText: `${feed.run}-0` }).waitFor();
    tap.break('silence');
    const struck = tap.injected('silence');
    feed.next();
    await struck;
    await own.clock.fastForward(24_000);
    expect(await open.isVisible()).toBe(true);
    await own.clock.fastForward(1_500);
    await own.locator('#log .silence').waitFor();
    tap.break();
    await own.locator('#last-id', { hasText: `${feed.run}-1` }).waitFor();
  });

  test('freezes behind a proxy that buffers, and then jumps', async () => {
    const { feed, tap } = await start();
    await visit(tap.origin);
    await lastId(`${feed.run}-0`);
    tap.break('buffer');
    const struck = tap.injected('buffer');
    for (let n = 1; n <= 5; n++) feed.next();
    await struck;
    expect(await countOf(page)).toEqual({ seen: 0, of: 0, doubled: 0 });
    tap.break();
    await lastId(`${feed.run}-5`);
    expect(await countOf(page)).toEqual({ seen: 5, of: 5, doubled: 0 });
  });

  test("is closed for good by a proxy's 503", async () => {
    const { tap } = await start();
    await visit(tap.origin);
    await state('open');
    tap.break('status=503');
    tap.cut();
    await state('closed for good');
    tap.break();
    await page.getByRole('button', { name: 'Open again' }).click();
    await state('open');
  });
});
