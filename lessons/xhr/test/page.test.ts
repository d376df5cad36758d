import { setImmediate as turn } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createServer as createHttpServer } from 'node:http';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listenTo } from '@on-the-wire/testing/lesson-page.ts';
import { requestLate } from '@on-the-wire/testing/respond-late.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { closing, start, visitor } from './visit.ts';

describeWithBrowser('the page', (browser) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser().newPage({ reducedMotion: 'reduce' });
  });
  const { visit, has, lastId, state, choose, press, send, ended, text, count } =
    visitor(() => page);

  const bytes = async () => Number((await text('bytes'))!.replaceAll(',', ''));

  test('shows the board, logs nothing, and requests only its own files', async () => {
    const { feed, origin, neighbour } = await start();
    const { said, asked, stop } = listenTo(page);
    await visit(origin);
    await lastId(`${feed.run}-0`);
    await state('response received');
    for (const { to } of feed.snapshot().data.departures)
      await page.getByRole('row').filter({ hasText: to }).waitFor();
    await page.frameLocator('iframe').locator('#result').waitFor();
    stop();
    expect(said).toEqual([]);
    const own = asked.map((url) =>
      url.replace(neighbour, 'next door').replace(origin, ''),
    );
    expect(own.sort()).toEqual([
      '/',
      '/board',
      '/board/colours.css',
      '/board/departures-board.ts',
      '/board/in-the-shell.ts',
      '/board/page.css',
      '/large.ts',
      '/leaving.ts',
      '/neighbour',
      '/one-request.ts',
      '/page.css',
      '/page.ts',
      '/resume.ts',
      '/retry-after.ts',
      '/stored.ts',
      '/upload.ts',
      '/ways.ts',
      'next door/',
      'next door/board/colours.css',
      'next door/board/in-the-shell.ts',
      'next door/board/page.css',
      'next door/neighbour.ts',
    ]);
  });

  test('reports a train only once the board has come', async () => {
    const { origin } = await start();
    const late = await requestLate(page, '**/board');
    await visit(origin);
    await late.asked;
    const report = page.getByRole('button', { name: 'Report' });
    expect(await report.isDisabled()).toBe(true);
    await late.release();
    await page.locator('#report:enabled').waitFor();
  });

  test('in Chromium, XHR and fetch send the same headers', async () => {
    const { exchanges, origin } = await start();
    await visit(origin);
    await state('response received');
    for (const api of ['XMLHttpRequest', 'fetch']) {
      await send(api, '/nowhere');
      await ended(
        api === 'fetch' ? 'resolved, status 404' : 'load, status 404',
      );
    }
    const [xhr, fetched] = exchanges.filter(({ url }) => url === '/nowhere');
    expect(xhr!.headers.length).toBeGreaterThan(10);
    expect(fetched!.headers).toEqual(xhr!.headers);
  });

  describe('keeps the board up to date', () => {
    test('by polling: right, but what was between is missed', async () => {
      const { feed, exchanges, origin } = await start();
      await visit(origin);
      await lastId(`${feed.run}-0`);
      for (let n = 0; n < 3; n++) feed.next();
      await choose('polling');
      await lastId(`${feed.run}-3`);
      expect(await count()).toMatchObject({ seen: 0, of: 3 });
      for (const { to } of feed.snapshot().data.departures)
        await page.getByRole('row').filter({ hasText: to }).first().waitFor();
      const polls = exchanges.filter(({ url }) => url === '/board');
      expect(new Set(polls.map(({ status }) => status))).toEqual(
        new Set([200]),
      );
    });

    test('conditionally: 304 on the wire, 200 in the page', async () => {
      const { exchanges, origin } = await start();
      await visit(origin);
      await state('response received');
      await send('XMLHttpRequest', '/board');
      await ended('load, status 200');
      await send('fetch', '/board');
      await ended('resolved, status 200');
      const polls = exchanges.filter(({ url }) => url === '/board');
      expect(polls.map(({ status }) => status)).toEqual([200, 304, 304]);
    });

    test('in Chromium and WebKitGTK, gets the 304 itself where it sets If-None-Match', async () => {
      const { feed, origin } = await start();
      await visit(origin);
      await state('response received');
      const status = (headers: Record<string, string>) =>
        page.evaluate(
          async (given) => (await fetch('/board', { headers: given })).status,
          headers,
        );
      expect(await status({})).toBe(200);
      expect(await status({ 'If-None-Match': `W/"${feed.run}-0"` })).toBe(304);
    });

    test('of text/plain gives XMLHttpRequest nothing of the first 1,024 bytes', async () => {
      const { promise: isHeld, resolve: heard } = Promise.withResolvers<void>();
      const server = createHttpServer(async ({ url }, response) => {
        if (url === '/heard') heard();
        if (url !== '/text') return void response.end('<!doctype html>');
        response.setHeader('Content-Type', 'text/plain');
        response.write('x'.repeat(1_023));
        await isHeld;
        return void response.end('x');
      });
      const { origin } = await listen(server);
      closing.push(() => server.close().closeAllConnections());
      closing.push(() => page.goto('about:blank'));
      await page.goto(origin);
      const states = await page.evaluate(async () => {
        const request = new XMLHttpRequest();
        request.open('GET', '/text');
        const loaded = new Promise((done) => (request.onload = done));
        request.send();
        // By now fetch has had what XMLHttpRequest waits for.
        const { body } = await fetch('/text');
        const { value } = await body!.getReader().read();
        const before = [request.readyState, value!.length];
        await fetch('/heard');
        await loaded;
        return [...before, request.responseText.length];
      });
      expect(states).toEqual([1, 1_023, 1_024]); // 1 is OPENED
    });

    test('and counts 300 bytes for the headers, whatever was sent', async () => {
      const { origin } = await start();
      await visit(origin);
      await state('response received');
      // The browser tells of it a moment later.
      await has('bytes', /[1-9]/);
      const before = await bytes();
      await send('fetch', '/board');
      await ended('resolved, status 200');
      await has('bytes', (before + 300).toLocaleString('en'));
    });

    test.each(['long polling', 'streamed', 'streamed, XHR'])(
      '%s: nothing is missed, not even after a cut',
      async (way) => {
        const { feed, line } = await start();
        await visit(line.origin);
        await lastId(`${feed.run}-0`);
        await choose(way);
        for (let n = 0; n < 5; n++) feed.next();
        await lastId(`${feed.run}-5`);
        line.cut();
        for (let n = 0; n < 5; n++) feed.next();
        await lastId(`${feed.run}-10`);
        line.break('down:reset=after:700B');
        const struck = line.injected('reset');
        for (let n = 0; n < 10; n++) feed.next();
        await struck;
        line.break();
        await lastId(`${feed.run}-20`);
        expect(await count()).toEqual({ seen: 20, of: 20, doubled: 0 });
      },
    );

    test.each(['streamed', 'streamed, XHR'])(
      '%s: in odd reads, and several at once',
      async (way) => {
        const { feed, line } = await start();
        await visit(line.origin);
        await lastId(`${feed.run}-0`);
        const before = await bytes();
        line.break('down:slicer=pieces:40,gap:1ms', 'joiner');
        await choose(way);
        const texts: string[] = [];
        for (let n = 0; n < 30; n++) {
          const { kind, data } = feed.next();
          if (kind === 'announcement') texts.push(data.text);
        }
        await lastId(`${feed.run}-30`);
        // Three bytes each: of forty pieces many end within a character.
        const station = '駅'.repeat(200);
        feed.announce(station);
        await lastId(`${feed.run}-31`);
        expect(await count()).toEqual({ seen: 31, of: 31, doubled: 0 });
        await page.getByText(station).first().waitFor();
        // It counts what came, not what the letters are: three bytes each.
        expect(await bytes()).toBeGreaterThan(before + 600);
        expect(texts.length).toBeGreaterThan(0);
        for (const each of texts.slice(-8))
          await page.getByText(each).first().waitFor();
        await has('reads', way === 'streamed' ? / bytes/ : /of \d+ characters/);
        // Half a character, read as if it were one, would be this.
        expect(await page.locator('body').innerHTML()).not.toContain('\uFFFD');
      },
    );

    test.each([
      ['long polling', '/updates'],
      ['streamed', '/lines'],
      ['streamed, XHR', '/lines'],
    ])('%s: ends when another way is chosen', async (way, path) => {
      const { feed, exchanges, origin } = await start();
      await visit(origin);
      await choose(way);
      feed.next();
      await lastId(`${feed.run}-1`);
      const left = () =>
        exchanges.filter(({ url }) => url.startsWith(path)).length;
      const before = left();
      // The next one has arrived: what never did could not end there.
      while (feed.listenerCount('update') === 0) await turn();
      await choose('conditional');
      while (left() === before) await turn();
      feed.next();
      await lastId(`${feed.run}-2`);
      expect(await text('state')).toBe('keeping up to date');
      await has('age', /^\d s$/);
    });

    test('polling: an error status is a failure, and it retries', async () => {
      const { feed, line } = await start();
      await visit(line.origin);
      await state('response received');
      line.break('status=503');
      line.cut(); // what is open was requested before
      await choose('polling');
      await state('failed (the status code was 503): retrying');
      line.break();
      feed.next();
      await lastId(`${feed.run}-1`);
    });

    test.each(['polling', 'long polling'])(
      '%s: a late response never replaces a newer one',
      async (way) => {
        const { feed, hold, origin } = await start();
        await visit(origin);
        await lastId(`${feed.run}-0`);
        const letBoardGo = hold('/board');
        await send('fetch', '/board');
        await page.locator('#log > .request').first().waitFor();
        for (let n = 0; n < 4; n++) feed.next();
        await choose(way);
        await lastId(`${feed.run}-4`);
        letBoardGo();
        await ended('resolved, status 200');
        expect(await text('last-id')).toBe(`${feed.run}-4`);
      },
    );

    test('nor does a late long poll, and nothing is requested twice', async () => {
      const { feed, hold, origin, exchanges } = await start();
      await visit(origin);
      await lastId(`${feed.run}-0`);
      const letPollGo = hold(`/updates?after=${feed.run}-0`);
      await choose('long polling');
      await has('requests', '2');
      // Its response has the first of these, and is on its way for long.
      feed.next();
      await send('fetch', '/board');
      await lastId(`${feed.run}-1`);
      for (let n = 0; n < 3; n++) feed.next();
      await send('fetch', '/board');
      await lastId(`${feed.run}-4`);
      letPollGo();
      await has('requests', '5');
      expect(await text('last-id')).toBe(`${feed.run}-4`);
      feed.next();
      await lastId(`${feed.run}-5`);
      const polls = exchanges.filter(({ url }) => url.startsWith('/updates'));
      expect(polls.map(({ url }) => url.split('-')[1])).toEqual(['0', '4']);
      expect(await count()).toMatchObject({ of: 5, doubled: 0 });
    });

    test('another run takes the place of this one, though it has lower numbers', async () => {
      const { feed, origin } = await start();
      const restarted = await start();
      await visit(origin);
      for (let n = 0; n < 4; n++) feed.next();
      await choose('polling');
      await lastId(`${feed.run}-4`);
      await page.route('**/board', async (route) => {
        const url = `${restarted.origin}/board`;
        await route.fulfill({ response: await route.fetch({ url }) });
      });
      await lastId(`${restarted.feed.run}-0`);
      await page.unrouteAll({ behavior: 'wait' });
    });

    test.each(['streamed', 'streamed, XHR'])(
      '%s: a response that ends is requested again',
      async (way) => {
        const { feed, origin } = await start();
        await visit(origin);
        await lastId(`${feed.run}-0`);
        await page.route('**/lines*', (route) => route.fulfill({ body: '' }), {
          times: 1,
        });
        await choose(way);
        feed.next();
        await lastId(`${feed.run}-1`);
      },
    );

    test('with a pause before the next request', async () => {
      const { feed, line, origin } = await start();
      const own = await browser().newPage();
      closing.push(() => own.close());
      // Its clock stands still: no timer of the page rings by itself.
      await own.clock.install({ time: 0 });
      await own.clock.pauseAt(60_000);
      await own.goto(origin);
      const here = (id: string) =>
        own.locator('#last-id', { hasText: `${feed.run}-${id}` }).waitFor();
      const sent = () => own.locator('#requests').textContent();
      await here('0');
      feed.next();
      await own.getByText('polling', { exact: true }).click();
      await here('1');
      for (const n of [2, 3, 4]) {
        feed.next();
        expect(await sent()).toBe(String(n));
        await own.clock.runFor(1_000);
        await here(String(n));
        expect(await sent()).toBe(String(n + 1));
      }

      // After a failure, too; and not at all, if another way is chosen then.
      line.break('down');
      line.cut();
      await own.clock.runFor(1_000);
      const says = (words: string) =>
        own.locator('#state', { hasText: words }).waitFor();
      await says('retrying');
      const failed = await sent();
      line.break();
      await own.getByText('once', { exact: true }).first().click();
      await says('response received');
      expect(await sent()).toBe(String(Number(failed) + 1));
      await own.clock.runFor(60_000);
      expect(await sent()).toBe(String(Number(failed) + 1));
    });

    test('but not in a tab that nobody looks at', async () => {
      const { feed, exchanges, origin } = await start({ timeoutMs: 50 });
      const own = await browser().newPage();
      closing.push(() => own.close());
      await own.clock.install();
      await own.goto(origin);
      const hide = (hidden: boolean) =>
        own.evaluate((is) => {
          Object.defineProperty(document, 'hidden', {
            value: is,
            configurable: true,
          });
          document.dispatchEvent(new Event('visibilitychange'));
        }, hidden);
      const sent = async () =>
        Number(await own.locator('#requests').textContent());
      const responses = () =>
        exchanges.filter(({ url }) => /^\/(board|updates)/.test(url)).length;
      for (const way of ['polling', 'conditional', 'long polling']) {
        const earlier = await sent();
        await own.getByText(way, { exact: true }).first().click();
        while ((await sent()) === earlier);
        await hide(true);
        const before = await sent();
        // What was sent still gets its response; then nothing is sent any more.
        while (responses() < before) await new Promise(setImmediate);
        const { id } = feed.next();
        await own.clock.runFor(60_000);
        expect([way, await sent()]).toEqual([way, before]);
        await hide(false);
        await own.locator('#last-id', { hasText: id }).waitFor();
      }

      // Nor when it is looked at again, if another way was chosen meanwhile.
      await hide(true);
      await own.clock.runFor(60_000);
      await own.getByText('once', { exact: true }).first().click();
      await own.locator('#state', { hasText: 'response received' }).waitFor();
      const before = await sent();
      await hide(false);
      await own.clock.runFor(60_000);
      expect(await sent()).toBe(before);
    });
  });

  test.each([
    {
      api: 'XMLHttpRequest',
      between: 'progress',
      response: 'load, status 404',
      none: 'error, status 0',
      late: 'timeout after 50 ms',
      aborted: 'abort',
    },
    {
      api: 'fetch',
      between: 'headers',
      response: 'resolved, status 404',
      none: 'rejected: TypeError: Failed to fetch',
      late: 'rejected: TimeoutError',
      aborted: 'rejected: AbortError',
    },
  ])(
    'tells how a request ends: $api',
    async ({ api, between, response, none, late, aborted }) => {
      const { line, exchanges } = await start();
      await visit(line.origin);
      await state('response received');

      // 404 is a response; a dead network gives none.
      await send(api, '/nowhere');
      await ended(response);
      await page.locator(`#log > .${between}`).first().waitFor();
      line.break('down');
      await send(api, '/board');
      await ended(none);

      // A timeout, shorter than the page's own.
      line.break('silence');
      await page.evaluate(() => {
        document.querySelector<HTMLOptionElement>('[value="1000"]')!.value =
          '50';
      });
      await send(api, '/board', '50');
      await ended(late);

      // Aborted: two at once, by one button.
      await send(api, '/board');
      await send(api, '/board');
      await press('Abort');
      await ended(aborted);
      const ends = page.locator('#log > .end', { hasText: aborted });
      await ends.nth(1).waitFor();
      expect(await page.locator('[name=abort]').isDisabled()).toBe(true);

      // Nothing is left behind: the next request gets its response.
      line.break();
      await send(api, '/nowhere');
      await ends.nth(1).waitFor();
      await page
        .locator('#log > .end:first-child', { hasText: response })
        .waitFor();
      const sent = exchanges.filter(({ url }) => url === '/nowhere');
      expect(sent.map(({ status }) => status)).toEqual([404, 404]);

      // The log keeps the last fifty lines.
      await page.evaluate(() => {
        for (let n = 0; n < 60; n++)
          document.forms.namedItem('one')!.requestSubmit();
      });
      expect(await page.locator('#log > *').count()).toBe(50);
    },
  );

  test('reports a delay, once staff', async () => {
    const { feed, origin } = await start();
    const inOrder = () =>
      feed
        .snapshot()
        .data.departures.toSorted((a, b) => a.due.localeCompare(b.due));
    const canBeLate = ({ status }: { status: string }) =>
      ['scheduled', 'boarding'].includes(status);
    const next = () => inOrder().find(canBeLate)!.train;
    await page.context().clearCookies();
    await visit(origin);
    await state('response received');
    await choose('streamed');
    // The first cannot be late any more: it has left, or never will. The next
    // one took the place of another, while the page was open.
    const known = inOrder().map(({ train }) => train);
    let last = feed.next();
    while (canBeLate(inOrder()[0]!) || known.includes(next()))
      last = feed.next();
    await lastId(last.id);
    const train = next();
    const here = page.locator('#result');
    await page.getByRole('button', { name: 'Report the next' }).click();
    await here.filter({ hasText: '401 Only staff' }).waitFor();
    await page.getByRole('button', { name: 'Sign in as staff' }).click();
    await here.filter({ hasText: 'POST /sign-in  → 204' }).waitFor();
    await page.getByRole('button', { name: 'Report the next' }).click();
    await here.filter({ hasText: `"train":"${train}"` }).waitFor();
    await here.filter({ hasText: '"delay":5' }).waitFor();
  });

  test.each(['light', 'dark'] as const)(
    'is accessible, and fits a phone: %s',
    async (colorScheme) => {
      const { origin } = await start();
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 390, height: 844 });
      await visit(origin);
      await state('response received');
      await send('fetch', '/nowhere');
      await ended('resolved, status 404');
      expect(await accessibilityViolations(page)).toEqual([]);
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      );
      expect(wide).toBeLessThanOrEqual(0);
    },
  );
});
