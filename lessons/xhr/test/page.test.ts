import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer as createHttpServer } from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
import { accessibilityViolations } from '@on-the-wire/shared/testing/accessibility.ts';
import { listenBehindTap } from '@on-the-wire/shared/testing/behind-tap.ts';
import type {
  ConsoleMessage,
  Page,
  Request,
} from '@on-the-wire/shared/testing/browser.ts';
import { describeWithBrowser } from '@on-the-wire/shared/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/shared/testing/listen.ts';
import { createServer } from '../server.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Answered {
  method: string;
  url: string;
  headers: string[];
  status: number;
}

/**
 * Starts the lesson behind a tap, and the neighbour at an address of its own.
 * `answered` lists what the server was asked and what it said; `hold` keeps
 * the next answer to a path back until the test lets it go.
 */
async function start(options: Parameters<typeof createServer>[0] = {}) {
  const feed = createFeed({ rate: 'night' });
  feed.close(); // stops its clock: `next()` alone moves it
  const answered: Answered[] = [];
  const held = new Map<string, Promise<void>>();
  const beside = createHttpServer((request, response) => {
    lesson.others!['neighbour']!.emit('request', request, response);
  });
  const { origin: neighbour } = await listen(beside);
  const lesson = createServer({ feed, neighbour, ...options });
  lesson.server.prependListener('request', (request, response) => {
    const { method = '', url = '', rawHeaders: headers } = request;
    response.on('close', () => {
      answered.push({ method, url, headers, status: response.statusCode });
    });
    const waits = held.get(url);
    if (!waits) return;
    held.delete(url);
    const end = response.end.bind(response);
    response.end = ((...body: []) => {
      void waits.then(() => end(...body));
      return response;
    }) as typeof response.end;
  });
  const line = await listenBehindTap(lesson.server);
  closing.push(lesson.close, line.close, async () => {
    beside.closeAllConnections();
    await new Promise((done) => beside.close(done));
  });
  const hold = (url: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held.set(url, promise);
    return resolve;
  };
  return { feed, answered, hold, line, origin: line.origin, neighbour };
}

describeWithBrowser('the page', (browser) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser().newPage({ reducedMotion: 'reduce' });
  });
  const visit = async (origin: string) => {
    closing.push(() => page.goto('about:blank'));
    await page.goto(origin);
  };
  const lastId = (id: string) =>
    page.locator('#last-id', { hasText: new RegExp(`^${id}$`) }).waitFor();
  const state = (text: string) =>
    page.locator('#state', { hasText: text }).waitFor();
  const choose = (way: string) =>
    page.getByText(way, { exact: true }).first().click();
  const count = () =>
    page.evaluate(() => {
      const { seen, of, doubled } =
        document.querySelector<DeparturesBoard>('departures-board')!;
      return { seen, of, doubled };
    });
  const ask = async (api: string, path: string, limit = 'no limit') => {
    await page.selectOption('[name=api]', api);
    await page.selectOption('[name=path]', path);
    await page.selectOption('[name=limit]', limit);
    await page.getByRole('button', { name: 'Ask' }).click();
  };
  const ended = (words: string) =>
    page.locator('#log > .end', { hasText: words }).first().waitFor();
  const text = (id: string) => page.locator(`#${id}`).textContent();
  const has = (id: string, words: string | RegExp) =>
    page.locator(`#${id}`, { hasText: words }).waitFor();

  test('shows the board, says nothing else, and asks for its own', async () => {
    const { feed, origin, neighbour } = await start();
    const said: string[] = [];
    const asked: string[] = [];
    const hear = (message: ConsoleMessage) => said.push(message.text());
    const fail = (error: Error) => said.push(String(error));
    const keep = (request: Request) => asked.push(request.url());
    page.on('console', hear).on('pageerror', fail).on('request', keep);
    await visit(origin);
    await lastId(`${feed.run}-0`);
    await state('answered');
    for (const { to } of feed.snapshot().data.departures)
      await page.getByRole('row').filter({ hasText: to }).waitFor();
    await page.frameLocator('iframe').locator('#answer').waitFor();
    page.off('console', hear).off('pageerror', fail).off('request', keep);
    expect(said).toEqual([]);
    const own = asked
      .filter((url) => !url.startsWith('data:'))
      .map((url) => url.replace(neighbour, 'next door').replace(origin, ''));
    expect(own.sort()).toEqual([
      '/',
      '/board',
      '/board/colours.css',
      '/board/departures-board.ts',
      '/board/page.css',
      '/large.ts',
      '/neighbour',
      '/one-request.ts',
      '/page.css',
      '/page.ts',
      '/ways.ts',
      'next door/?station=',
      'next door/board/colours.css',
      'next door/board/page.css',
      'next door/neighbour.ts',
    ]);
  });

  test('XHR and fetch send the same bytes', async () => {
    const { answered, origin } = await start();
    await visit(origin);
    await state('answered');
    for (const api of ['XMLHttpRequest', 'fetch']) {
      await ask(api, '/nowhere');
      await ended(
        api === 'fetch' ? 'resolved, status 404' : 'load, status 404',
      );
    }
    const [xhr, fetched] = answered.filter(({ url }) => url === '/nowhere');
    expect(xhr!.headers.length).toBeGreaterThan(10);
    expect(fetched!.headers).toEqual(xhr!.headers);
  });

  describe('keeps the board up to date', () => {
    test('by polling: right, but what was between is missed', async () => {
      const { feed, answered, origin } = await start();
      await visit(origin);
      await lastId(`${feed.run}-0`);
      await choose('polling');
      for (let n = 0; n < 3; n++) feed.next();
      await lastId(`${feed.run}-3`);
      expect(await count()).toMatchObject({ seen: 0, of: 3 });
      for (const { to } of feed.snapshot().data.departures)
        await page.getByRole('row').filter({ hasText: to }).first().waitFor();
      const polls = answered.filter(({ url }) => url === '/board');
      expect(new Set(polls.map(({ status }) => status))).toEqual(
        new Set([200]),
      );
    });

    test('conditionally: 304 on the wire, 200 in the page', async () => {
      const { answered, origin } = await start();
      await visit(origin);
      await state('answered');
      await ask('XMLHttpRequest', '/board');
      await ended('load, status 200');
      await ask('fetch', '/board');
      await ended('resolved, status 200');
      const polls = answered.filter(({ url }) => url === '/board');
      expect(polls.map(({ status }) => status)).toEqual([200, 304, 304]);
    });

    test('and hears of 300 bytes for each head, whatever was sent', async () => {
      const { origin } = await start();
      await visit(origin);
      await state('answered');
      const before = Number((await text('bytes'))!.replaceAll(',', ''));
      await ask('fetch', '/board');
      await ended('resolved, status 200');
      await has('bytes', (before + 300).toLocaleString('en'));
    });

    test.each(['long polling', 'streamed', 'streamed, XHR'])(
      '%s: nothing is missed, not even by a line that is cut',
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
        const struck = line.struck('reset');
        for (let n = 0; n < 10; n++) feed.next();
        await struck;
        line.break();
        await lastId(`${feed.run}-20`);
        expect(await count()).toEqual({ seen: 20, of: 20, doubled: 0 });
      },
    );

    test.each(['streamed', 'streamed, XHR'])(
      '%s: in odd pieces, and several at once',
      async (way) => {
        const { feed, line } = await start();
        await visit(line.origin);
        await lastId(`${feed.run}-0`);
        line.break('down:slicer=pieces:40,gap:1ms', 'joiner');
        await choose(way);
        const texts: string[] = [];
        for (let n = 0; n < 30; n++) {
          const { kind, data } = feed.next();
          if (kind === 'announcement') texts.push(data.text);
        }
        await lastId(`${feed.run}-30`);
        expect(await count()).toEqual({ seen: 30, of: 30, doubled: 0 });
        expect(texts.length).toBeGreaterThan(0);
        for (const each of texts.slice(-8))
          await page.getByText(each).first().waitFor();
        // Half a character, read as if it were one, would be this.
        expect(await page.locator('body').innerHTML()).not.toContain('\uFFFD');
      },
    );

    test('a late answer never takes the place of a newer one', async () => {
      const { feed, hold, origin } = await start();
      await visit(origin);
      await lastId(`${feed.run}-0`);
      const letGo = hold('/nowhere');
      letGo(); // holding and letting go is itself harmless
      const letBoardGo = hold('/board');
      await ask('fetch', '/board');
      await page.locator('#log > .ask').nth(0).waitFor();
      for (let n = 0; n < 4; n++) feed.next();
      await choose('polling');
      await lastId(`${feed.run}-4`);
      letBoardGo();
      await ended('resolved, status 200');
      expect(await text('last-id')).toBe(`${feed.run}-4`);
    });

    test('but not in a tab that nobody looks at', async () => {
      const { feed, answered, origin } = await start();
      const own = await browser().newPage();
      closing.push(() => own.close());
      await own.clock.install();
      await own.goto(origin);
      const asked = () => own.locator('#requests').textContent();
      const hide = (hidden: boolean) =>
        own.evaluate((is) => {
          Object.defineProperty(document, 'hidden', {
            value: is,
            configurable: true,
          });
          document.dispatchEvent(new Event('visibilitychange'));
        }, hidden);
      await own.getByText('polling', { exact: true }).first().click();
      await own.locator('#requests', { hasText: '2' }).waitFor();
      await hide(true);
      const answer = own.waitForResponse(`${origin}/board`).catch(() => {});
      await own.clock.runFor(60_000);
      expect(await asked()).toBe('2');
      await hide(false);
      await answer;
      await own.locator('#requests', { hasText: '3' }).waitFor();
      expect(answered.filter(({ url }) => url === '/board').length).toBe(3);
      expect(feed.run).toHaveLength(5);
    });
  });

  describe('tells how a request ends', () => {
    test.each([
      ['XMLHttpRequest', 'load, status 404'],
      ['fetch', 'resolved, status 404'],
    ])('%s: 404 is an answer', async (api, words) => {
      const { origin } = await start();
      await visit(origin);
      await ask(api, '/nowhere');
      await ended(words);
    });

    test.each([
      ['XMLHttpRequest', 'error, status 0'],
      ['fetch', 'rejected: TypeError: Failed to fetch'],
    ])('%s: a dead network is none', async (api, words) => {
      const { line } = await start();
      await visit(line.origin);
      await state('answered');
      line.break('down');
      await ask(api, '/board');
      await ended(words);
    });

    test.each([
      ['XMLHttpRequest', 'timeout after 1000 ms'],
      ['fetch', 'rejected: TimeoutError'],
    ])('%s: too late', async (api, words) => {
      const { line } = await start();
      await visit(line.origin);
      await state('answered');
      line.break('silence');
      await ask(api, '/board', '1 s');
      await ended(words);
    });

    test.each([
      ['XMLHttpRequest', 'abort'],
      ['fetch', 'rejected: AbortError'],
    ])('%s: given up', async (api, words) => {
      const { feed, line } = await start();
      await visit(line.origin);
      await state('answered');
      line.break('silence');
      await ask(api, '/board');
      await page.getByRole('button', { name: 'Abort' }).click();
      await ended(words);
      expect(feed.listenerCount('update')).toBe(0);
    });
  });

  describe('moves large bodies', () => {
    test('what is handed over is not yet received', async () => {
      const { line } = await start();
      await visit(line.origin);
      line.break('up:bandwidth=8MB/s');
      await page.evaluate(() => {
        const numberOf = (id: string) =>
          Number(
            document
              .getElementById(`${id}-bytes`)!
              .textContent!.split(' of ')[0]!
              .replaceAll(',', ''),
          );
        const seen: { handed: number; received: number; words: string }[] = [];
        Object.assign(window, { seen });
        new MutationObserver(() =>
          seen.push({
            handed: numberOf('handed'),
            received: numberOf('received'),
            words: document.getElementById('sent')!.textContent!,
          }),
        ).observe(document.getElementById('large')!.parentElement!, {
          subtree: true,
          childList: true,
          characterData: true,
        });
      });
      await page.getByRole('button', { name: 'Send 20 MB' }).click();
      await has('sent', 'Received, as the server says');
      const seen = await page.evaluate(
        () =>
          (
            window as unknown as {
              seen: { handed: number; received: number; words: string }[];
            }
          ).seen,
      );
      const handed = seen.map((each) => each.handed);
      expect(handed).toEqual([...handed].sort((a, b) => a - b));
      expect(new Set(handed).size).toBeGreaterThan(3);
      const received = seen.map((each) => each.received);
      expect(received).toEqual([...received].sort((a, b) => a - b));
      // The page never says more is here than was handed over; and while all
      // of it is handed over, the server still waits for some.
      const sending = seen.filter(({ words }) => words === 'Sending …');
      for (const each of sending)
        expect(each.received).toBeLessThanOrEqual(each.handed);
      const over = sending.filter((each) => each.handed === 20_000_000);
      expect(over.some((each) => each.received < 20_000_000)).toBe(true);
      expect(await text('received-bytes')).toBe('20,000,000 of 20,000,000');
    });

    test('a cancelled one is forgotten by the server', async () => {
      const { line, answered } = await start();
      await visit(line.origin);
      line.break('up:bandwidth=1MB/s');
      await page.getByRole('button', { name: 'Send 20 MB' }).click();
      await has('received-bytes', /^[1-9]/);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await has('sent', 'Cancelled');
      line.break();
      const { url } = answered.find((each) => /recordings/.test(each.url))!;
      const gone = () =>
        page.evaluate(async (path) => (await fetch(path)).status, url);
      while ((await gone()) !== 404);
      expect(await gone()).toBe(404);
    });

    test('one that is too large gets a 413', async () => {
      const { origin } = await start({ largest: 1_000_000 });
      await visit(origin);
      await page.getByRole('button', { name: 'Send 20 MB' }).click();
      await has('sent', '413');
    });

    test('a body made while it is sent needs HTTP/2', async () => {
      const { origin, answered } = await start();
      await visit(origin);
      await page.getByRole('button', { name: 'Stream an upload' }).click();
      await has('sent', 'Not streamed: TypeError: Failed to fetch');
      const sent = answered.filter(({ url }) => /recordings/.test(url));
      expect(sent).toEqual([]);
    });

    test('a compressed answer has no total', async () => {
      const { origin } = await start();
      await visit(origin);
      await page.getByRole('button', { name: 'Load the map' }).click();
      await has('loaded-bytes', '1,440,066 of ?');
      await page.getByRole('button', { name: 'Load it uncompressed' }).click();
      await has('loaded-bytes', '1,440,066 of 1,440,066');
      const width = () =>
        page.evaluate(
          () =>
            (document.getElementById('map') as HTMLImageElement).naturalWidth,
        );
      await page.locator('#map').waitFor();
      expect(await width()).toBe(1600);
    });
  });

  describe('from another origin', () => {
    const nextDoor = () => page.frameLocator('iframe');
    const press = (name: string) =>
      nextDoor().getByRole('button', { name }).click();
    const told = (words: string) =>
      nextDoor().locator('#answer', { hasText: words }).waitFor();

    test('the neighbour reads the board, and no more', async () => {
      const { origin, answered } = await start();
      await visit(origin);
      await press('Read the board');
      await told('GET /board → 200');
      await press('Read the map');
      await told('GET /map → TypeError: Failed to fetch');
      // It was asked and answered; the answer is withheld.
      const map = answered.filter(({ url }) => url === '/map');
      expect(map.map(({ status }) => status)).toEqual([200]);
    });

    test('it may report with the cookie, after a preflight', async () => {
      const { feed, origin, answered } = await start();
      await visit(origin);
      await lastId(`${feed.run}-0`);
      await press('Report a delay');
      await told('PUT /delays → 401 Only staff may report');
      await press('Sign in as staff');
      await told('POST /sign-in → TypeError');
      await press('Report a delay');
      await told('PUT /delays → 200');
      const asked = answered.filter(({ url }) => url === '/delays');
      expect(asked.map(({ method, status }) => [method, status])).toEqual([
        ['OPTIONS', 204],
        ['PUT', 401],
        ['PUT', 200],
      ]);
      expect(feed.snapshot().data.n).toBe(1);
    });

    test('it reads a 500 as what it is', async () => {
      const { feed, origin } = await start();
      await visit(origin);
      await lastId(`${feed.run}-0`);
      const { error } = console;
      console.error = () => {};
      feed.snapshot = () => {
        throw new Error('the timetable is lost');
      };
      await press('Read the board');
      await told('GET /board → 500 The server failed at this');
      console.error = error;
    });

    test('a stranger is told nothing', async () => {
      const { origin } = await start();
      const stranger = createHttpServer((_request, response) => {
        response.setHeader('Content-Type', 'text/html').end('<!doctype html>');
      });
      const { origin: elsewhere } = await listen(stranger);
      closing.push(async () => {
        stranger.closeAllConnections();
        await new Promise((done) => stranger.close(done));
      });
      await visit(elsewhere);
      const read = await page.evaluate(
        (url) =>
          fetch(url, { credentials: 'include' }).then(
            ({ status }) => status,
            ({ name }) => name as string,
          ),
        `${origin}/board`,
      );
      expect(read).toBe('TypeError');
    });
  });

  test('reports a delay, once staff', async () => {
    const { feed, origin } = await start();
    await page.context().clearCookies();
    await visit(origin);
    await lastId(`${feed.run}-0`);
    const here = page.locator('#answer');
    await page.getByRole('button', { name: 'Report the next' }).click();
    await here.filter({ hasText: '401 Only staff' }).waitFor();
    await page.getByRole('button', { name: 'Sign in as staff' }).click();
    await here.filter({ hasText: 'POST /sign-in  → 204' }).waitFor();
    await page.getByRole('button', { name: 'Report the next' }).click();
    await here.filter({ hasText: '"delay":5' }).waitFor();
  });

  test.each(['light', 'dark'] as const)(
    'is accessible, and fits a phone: %s',
    async (colorScheme) => {
      const { origin } = await start();
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 390, height: 844 });
      await visit(origin);
      await state('answered');
      await ask('fetch', '/nowhere');
      await ended('resolved, status 404');
      expect(await accessibilityViolations(page)).toEqual([]);
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth,
      );
      expect(wide).toBe(390);
    },
  );
});
