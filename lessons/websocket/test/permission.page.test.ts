/** A permission that expires, as the page shows and renews it. */
import { beforeAll, expect, test } from '@jest/globals';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import {
  listenTo,
  shows,
  showsOnce,
} from '@on-the-wire/testing/lesson-page.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();
const LONG = 600_000; // ms: it does not happen in a test

/** Starts the lesson with such times; its feed is moved by `next()` alone. */
async function start(permission: number, grace: number) {
  const feed = createFeed({ rate: 'night' });
  feed.close();
  const origins: string[] = [];
  const times = { valid: LONG, permission, grace };
  const { server, close } = createServer({ feed, origins, ...times });
  closing.push(close);
  const { origin } = await listen(server);
  origins.push(origin);
  return { feed, origin };
}

describeWithBrowser('the permission of the page', (browser) => {
  let page: Page;
  beforeAll(async () => {
    const context = await browser().newContext({ reducedMotion: 'reduce' });
    page = await context.newPage();
  });
  const visit = async (origin: string) => {
    closing.push(async () => {
      await page.unrouteAll();
      await page.goto('about:blank');
    });
    await page.goto(origin);
    await has('role', 'a passenger');
  };
  const has = (id: string, words: string | RegExp) => shows(page, id, words);
  const press = (name: string) =>
    page.getByRole('button', { name, exact: true }).click();
  const enter = async () => {
    await press('Come in with a ticket');
    await has('role', 'staff');
  };
  const logged = (kind: string) => page.locator(`#log > .${kind}`);

  test('is renewed on the same connection, with a ticket of its own', async () => {
    const { origin } = await start(LONG, 0);
    await visit(origin);
    expect(await page.locator('#renew').isDisabled()).toBe(true);
    await has('permission', 'Nothing expires here.');
    // It stands there for a second.
    const ends = showsOnce(page, 'permission', 'ends in 600 s.');
    await enter();
    await ends;
    const { asked, said, stop } = listenTo(page);
    await press('Renew');
    await has('result', 'Renewed: 600 s from now.');
    stop();
    expect(asked).toEqual([`${origin}/ticket`]);
    expect(said).toEqual([]);
    expect(await page.locator('#opened').textContent()).toBe('2');
    expect(await logged('renewed').count()).toBe(1);
    // A cookie or a passenger has none: here the page is a passenger again.
    await press('Close');
    await has('permission', 'Nothing expires here.');
    expect(await page.locator('#renew').isDisabled()).toBe(true);
  });

  test('counts down for the eye, and says its end once', async () => {
    const { feed, origin } = await start(1_500, LONG);
    await visit(origin);
    const spoken = showsOnce(page, 'result', 'The permission has ended.');
    const seconds = [2, 1].map((left) =>
      showsOnce(page, 'permission', `ends in ${left} s`),
    );
    await enter();
    await Promise.all([...seconds, spoken]);
    await has('permission', 'The permission has ended.');
    // Only the result is a live region.
    const live = '[aria-live], [role=status], output';
    expect(await page.locator('#result').evaluate((e) => e.localName)).toBe(
      'output',
    );
    expect(
      await page
        .locator('#permission')
        .evaluate((e, what) => e.closest(what) === null, live),
    ).toBe(true);
    // What it had allowed is refused, and the connection lives.
    await press('Report the next train 5 minutes late');
    await has('result', 'Refused: delay, expired');
    expect(feed.snapshot().data.n).toBe(0);
    const renewed = showsOnce(page, 'result', 'Renewed: 1.5 s from now.');
    await press('Renew');
    await renewed;
    expect(await page.locator('#opened').textContent()).toBe('2');
  });

  test('renews by itself before it ends, where that is chosen', async () => {
    const { origin } = await start(6_000, 0);
    await visit(origin);
    // As early as it may: a busy machine has 2.4 s for it.
    await page.evaluate(() => (Math.random = () => 1));
    await page.getByLabel('renew by itself').check();
    await enter();
    await logged('renewed').nth(1).waitFor();
    expect(await page.locator('#opened').textContent()).toBe('2');
    expect(await page.locator('#closed').textContent()).toBe('none yet');
  });

  test('after 3000 it comes back once with a fresh ticket, then stays away', async () => {
    const { origin } = await start(200, 0);
    await visit(origin);
    const handshakes: string[] = [];
    page.on('websocket', (socket) => handshakes.push(socket.url()));
    const { asked, stop } = listenTo(page);
    await press('Come in with a ticket');
    await has('state', 'closed');
    stop();
    page.removeAllListeners('websocket');
    const over = '3000 the permission has expired';
    await has('result', `This page stays away: ${over}`);
    await has('closed', `${over} · ${over}`);
    expect(asked).toEqual([`${origin}/ticket`, `${origin}/ticket`]);
    const tickets = handshakes.map((url) =>
      new URL(url).searchParams.get('ticket'),
    );
    expect(tickets).toHaveLength(2);
    expect(new Set(tickets).size).toBe(2);
  });

  test('stays away if it gets no fresh ticket, and says so', async () => {
    const { origin } = await start(1_000, 0);
    await visit(origin);
    // The first one it gets, and no other.
    let refusals = -1;
    await page.route('**/ticket', (route) => {
      refusals += 1;
      if (refusals === 0) return route.continue();
      return route.fulfill({ status: 403, body: 'No more.' });
    });
    await enter();
    const why = 'POST /ticket: got status code 403';
    await has('result', `This page stays away: ${why}`);
    await has('state', 'closed');
    await has('closed', `${why} · 3000 the permission has expired`);
    expect(refusals).toBe(1);
    // The reader may try once more, and is told the same.
    await press('Open again');
    await has('closed', `${why} · ${why} · 3000`);
    expect(refusals).toBe(2);
  });

  test('asks later for a ticket if it was told when', async () => {
    const { origin } = await start(LONG, 0);
    await visit(origin);
    await page.route('**/ticket', (route) =>
      route.fulfill({ status: 429, headers: { 'Retry-After': '60' } }),
    );
    await press('Come in with a ticket');
    await has('result', 'POST /ticket: got status code 429');
    // It keeps the connection that it has.
    expect(await page.locator('#opened').textContent()).toBe('1');
    await has('state', 'open');
  });
});
