import { beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type {
  Http2SecureServer,
  Http2ServerRequest,
  Http2ServerResponse,
  Http2Session,
} from 'node:http2';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { DeparturesBoard } from '@on-the-wire/shared/board/departures-board.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { stopClock } from '@on-the-wire/system/clock.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import {
  countOf,
  listenTo,
  shows,
  showsOnce,
} from '@on-the-wire/testing/lesson-page.ts';
import { requestLate } from '@on-the-wire/testing/respond-late.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

/** Starts the lesson with a feed that moves only when the test says so. */
async function start(options: Parameters<typeof createServer>[0] = {}) {
  const feed = createFeed({ rate: 'night' });
  feed.close();
  // The other one's address is part of what the first one says.
  const port = await freePort();
  const old = `https://127.0.0.1:${port}`;
  const origins: string[] = [];
  const lesson = createServer({
    feed,
    deadline: 20,
    http1: old,
    origins,
    ...options,
  });
  const server = lesson.server as Http2SecureServer;
  closing.push(lesson.close);
  await listen(lesson.others!['http1']!, port);
  const { origin } = await listen(server);
  origins.push(origin);
  return { feed, server, origin, old };
}

/** Which session each request came over, WebSockets too. */
function sessionsOf(server: Http2SecureServer) {
  const sessions = new Map<string, Http2Session>();
  const keep = ({ url, stream }: Http2ServerRequest) => {
    if (stream?.session) sessions.set(url.split('?')[0]!, stream.session);
  };
  server.prependListener('request', keep).prependListener('connect', keep);
  return sessions;
}

const press = (page: Page, name: string) =>
  page.getByRole('button', { name, exact: true }).click();
/** Waits until the board has seen so many updates. */
const seen = (page: Page, n: number) =>
  page.waitForFunction(
    (least) =>
      document.querySelector<DeparturesBoard>('departures-board')!.seen ===
      least,
    n,
  );

describeWithBrowser('the page', (browser) => {
  let page: Page;
  beforeAll(async () => {
    const context = await browser().newContext({ reducedMotion: 'reduce' });
    page = await context.newPage();
  });
  const visit = async (origin: string) => {
    closing.push(() => page.goto('about:blank'));
    await page.goto(origin);
    await shows(page, 'state', 'open');
  };

  test('shows the board, over HTTP/2, and says nothing else', async () => {
    const { feed, origin } = await start();
    const { said, stop } = listenTo(page);
    await visit(origin);
    for (let i = 0; i < 20; i += 1) feed.next();
    await seen(page, 20);
    expect(await countOf(page)).toEqual({ seen: 20, of: 20, doubled: 0 });
    await shows(page, 'came', 'This page came over h2.');
    await shows(page, 'log', 'h2/page.ts');
    await shows(page, 'socket', 'Open');
    expect(said).toEqual([]);
    stop();
  });

  test('loads a hundred boards by one connection, and by six', async () => {
    const { origin } = await start();
    await visit(origin);
    await press(page, 'Load them both ways');
    await shows(page, 'h2-counts', /ms, 1 connection, \d+ kB/);
    await shows(page, 'http1-counts', /ms, [2-6] connections, \d+ kB/);
    for (const id of ['h2-late', 'http1-late'])
      await shows(page, id, /^\d+ late$/);
    const charts = page.locator('.sides svg');
    for (const chart of await charts.all()) {
      expect(await chart.locator('.received').count()).toBe(100);
      expect(await chart.getAttribute('aria-label')).toMatch(/^100 boards/);
    }
    await shows(page, 'log', /http\/1.1https:.*\/board × 100/);
    await shows(page, 'log', /h2\/board × 100/);
  });

  test('opens twelve event streams, or six and nothing beside them', async () => {
    const { origin, server } = await start();
    await visit(origin);
    await press(page, 'Open twelve over HTTP/1.1');
    await shows(page, 'twelve-state', '6 of 12 are open.');
    await shows(page, 'beside', /no response after [\d,]+ ms/);
    // What goes over HTTP/2 meanwhile is not held up.
    const other = once(server, 'request');
    await press(page, 'Report the next train 5 minutes late');
    await other;
    await shows(page, 'response', '401');
    await shows(page, 'twelve-state', '6 of 12 are open.');
    await shows(page, 'beside', /no response after/);
    await press(page, 'Close them');
    await press(page, 'Open twelve over HTTP/2');
    await shows(page, 'twelve-state', '12 of 12 are open.');
    // Both results stay, to be compared.
    await shows(
      page,
      'beside',
      /over HTTP\/1\.1 no response after [\d,]+ ms; over HTTP\/2 response after/,
    );
    await press(page, 'Close them');
  });

  test('gets the response only when its request has ended', async () => {
    const { origin, server } = await start();
    // Both clocks go on when the test says so: a word every 300 ms.
    const clock = stopClock();
    closing.push(async () => clock.release());
    const own = await browser().newPage();
    closing.push(() => own.close());
    await own.clock.install({ time: 0 });
    await own.clock.pauseAt(1_000);
    await own.goto(origin);
    await shows(own, 'state', 'open');
    const heard: string[] = [];
    server.prependListener('request', ({ url }, response) => {
      if (url !== '/dictation') return;
      const write = response.write.bind(response);
      response.write = (line: string) => {
        heard.push(JSON.parse(line).heard);
        server.emit('told');
        return write(line);
      };
    });
    // A click would wait for a frame of the clock that stands.
    await own.locator('#dictate-h2').dispatchEvent('click');
    for (const word of ['Platform', 'seven', 'closes', 'in', 'a', 'minute']) {
      while (heard.at(-1) !== word) await once(server, 'told');
      clock.pass(300);
      await own.clock.runFor(300);
    }
    await shows(own, 'dictated', /^The page got the first .* after 1,800 ms\./);
    await shows(
      own,
      'dictated',
      'The server began it after 0 ms, over HTTP/2.',
    );
    const rows = await own.locator('#words tbody tr').allInnerTexts();
    // The server responded to each word before the next was sent; the page
    // heard of it when all had been sent.
    expect(rows).toEqual([
      'Platform\t0 ms\t0 ms\t1,800 ms',
      'seven\t300 ms\t300 ms\t1,800 ms',
      'closes\t600 ms\t600 ms\t1,800 ms',
      'in\t900 ms\t900 ms\t1,800 ms',
      'a\t1,200 ms\t1,200 ms\t1,800 ms',
      'minute\t1,500 ms\t1,500 ms\t1,800 ms',
    ]);
  });

  test('in Chromium, cannot send such a request over HTTP/1.1', async () => {
    const { origin } = await start();
    await visit(origin);
    const event = page.waitForEvent('requestfailed');
    await press(page, 'Dictate over HTTP/1.1');
    expect((await event).failure()?.errorText).toMatch(/ALPN|H2_OR_QUIC/);
    const said = 'Not dictated over HTTP/1.1: TypeError: Failed to fetch';
    await shows(page, 'dictated', said);
  });

  test('says of a body what the server has heard of it', async () => {
    const { origin, server } = await start();
    const heard: string[] = [];
    server.prependListener('request', ({ url }, response) => {
      if (url !== '/dictation') return;
      const write = response.write.bind(response);
      response.write = (line: string) => {
        heard.push(JSON.parse(line).heard);
        return write(line);
      };
    });
    await visit(origin);
    await press(page, 'Dictate over HTTP/2');
    // At the end of each sentence that it may say.
    await shows(page, 'dictated', /over HTTP\/2\.$|Chromium can\.$/);
    const said = await page.locator('#dictated').innerText();
    const rows = await page.locator('#words tbody tr').allInnerTexts();
    const wasHeard = heard.join('') === 'Platformsevenclosesinaminute';
    expect(said.startsWith('The page got')).toBe(wasHeard);
    expect(rows.filter((row) => /\d ms$/.test(row.trim()))).toHaveLength(
      wasHeard ? 6 : 0,
    );
  });

  test('in Chromium, does not take a body for streamed that was not', async () => {
    const { origin } = await start();
    const own = await browser().newPage();
    closing.push(() => own.close());
    // As Firefox does with a stream, over either protocol.
    await own.addInitScript(() => {
      const { fetch } = window;
      window.fetch = (url, init) =>
        init?.body instanceof ReadableStream
          ? fetch(url, { ...init, body: String(init.body) })
          : fetch(url, init);
    });
    await own.goto(origin);
    await shows(own, 'state', 'open');
    for (const protocol of ['2', '1.1']) {
      await press(own, `Dictate over HTTP/${protocol}`);
      await shows(
        own,
        'dictated',
        `Not dictated over HTTP/${protocol}: the server received “[object ReadableStream]”. ` +
          'This browser cannot stream a request body; Chromium can.',
      );
      const rows = await own.locator('#words tbody tr').allInnerTexts();
      expect(rows[0]).toBe('Platform\t–\t–\t–');
    }
  });

  test('opens another stream after a silence, and misses nothing', async () => {
    const { feed, origin, server } = await start({ heartbeat: 1e9 });
    const own = await browser().newPage();
    closing.push(() => own.close());
    await own.clock.install();
    await own.goto(origin);
    await shows(own, 'state', 'open');
    // The board has come, and with it an id.
    await own.locator('#report:enabled').waitFor();
    // Nothing ends; what it is told from now on does not arrive.
    feed.removeAllListeners('update');
    feed.next();
    const asked = new Promise<string>((tell) => {
      server.on('request', ({ url }) => url.startsWith('/events') && tell(url));
    });
    const silent = showsOnce(own, 'state', 'silent for 12 s');
    await own.clock.runFor(12_000);
    await silent;
    expect(await asked).toBe(`/events?after=${feed.run}-0`);
    await seen(own, 1);
    await shows(own, 'state', 'open');
    expect(await countOf(own)).toEqual({ seen: 1, of: 1, doubled: 0 });
  });

  test('takes nothing from an event that is not JSON', async () => {
    const { feed, origin, server } = await start();
    const streams: Http2ServerResponse[] = [];
    server.on('request', ({ url }: Http2ServerRequest, response) => {
      if (url.startsWith('/events')) streams.push(response);
    });
    const { said, stop } = listenTo(page);
    await visit(origin);
    // What becomes of half an update in a browser that keeps it.
    const half = `id: ${feed.run}-7\ndata: {"n":7,"train":"RE: new stream\n\n`;
    streams[0]!.write(`event: departure\n${half}`);
    feed.next();
    await seen(page, 1);
    expect(await countOf(page)).toEqual({ seen: 1, of: 1, doubled: 0 });
    expect(said).toEqual([]);
    stop();
  });

  test('in Chromium and Firefox, has its WebSocket on the connection of everything else', async () => {
    const { feed, origin, server } = await start();
    const sessions = sessionsOf(server);
    await visit(origin);
    await shows(page, 'socket', /Open: it is stream \d+/);
    const by = sessions.get('/loudspeaker');
    expect(by).toBeDefined();
    for (const path of ['/', '/page.ts', '/events'])
      expect([path, sessions.get(path) === by]).toEqual([path, true]);
    const field = page.getByRole('textbox', { name: 'Announcement' });
    await field.fill('Gleis 7');
    await press(page, 'Announce');
    await shows(page, 'socket', 'Only staff may speak.');
    await press(page, 'Sign in as staff');
    await shows(page, 'socket', 'Open: it is stream');
    const heard = once(feed, 'update');
    await field.fill('Zürich, Gleis 7');
    await press(page, 'Announce');
    const [update] = await heard;
    expect(update.data.text).toBe('Zürich, Gleis 7');
    await press(page, 'Report the next train 5 minutes late');
    await shows(page, 'response', '→ 200');
    await seen(page, 2);
  });

  test('reports a train only once the board has come', async () => {
    const { origin } = await start();
    const late = await requestLate(page, '**/events');
    closing.push(() => page.goto('about:blank'));
    await page.goto(origin);
    await late.asked;
    const report = page.getByRole('button', { name: 'Report' });
    expect(await report.isDisabled()).toBe(true);
    await late.release();
    await page.locator('#report:enabled').waitFor();
  });

  test('keeps a rate that the server is still being told', async () => {
    const { feed, origin } = await start();
    await visit(origin);
    await page.locator('[name=rate]:checked').waitFor({ state: 'attached' });
    const late = await requestLate(page, '**/rate');
    const rush = page.getByLabel('rush hour');
    await rush.check({ force: true });
    await late.asked;
    // It opens another stream, whose first event says the rate that there was,
    // and where the old page is.
    const link = page.locator('#old-page');
    await link.evaluate((old) => old.removeAttribute('href'));
    await press(page, 'Sign in as staff');
    await page.locator('#old-page[href]').waitFor();
    expect(await rush.isChecked()).toBe(true);
    await late.release();
    expect(feed.rate).toBe('rush');
  });

  test('in Chromium and Firefox, moves to another connection after a GOAWAY, and misses nothing', async () => {
    const { feed, origin, server } = await start();
    await visit(origin);
    feed.next();
    await seen(page, 1);
    const another = once(server, 'session');
    const waits = showsOnce(page, 'state', 'waiting to reconnect');
    await press(page, 'Let the server close the connection');
    await shows(page, 'response', '→ 204');
    await waits;
    feed.next();
    await another;
    await shows(page, 'state', 'open');
    await seen(page, 2);
    expect(await countOf(page)).toEqual({ seen: 2, of: 2, doubled: 0 });
  });

  test('in Chromium and Firefox, obeys Early Hints as a page of its own', async () => {
    const { origin } = await start();
    await visit(`${origin}`);
    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByText('a page with Early Hints').click(),
    ]);
    await shows(tab, 'by', 'the hints');
    await shows(tab, 'hints', / ms/);
    await tab.close();
  });

  test('works over HTTP/1.1 as well, as far as that can', async () => {
    const { feed, old } = await start();
    await visit(old);
    await shows(page, 'came', 'This page came over http/1.1.');
    await shows(page, 'socket', 'a connection of its own, over HTTP/1.1');
    feed.next();
    await seen(page, 1);
  });

  test.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('is accessible, %s, at %d px', async (colorScheme, width) => {
    const { feed, origin } = await start();
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    await visit(origin);
    for (let i = 0; i < 30; i += 1) feed.next();
    await seen(page, 30);
    await press(page, 'Load them both ways');
    await shows(page, 'h2-counts', /connection/);
    await page.locator('#load:enabled').waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(
      await page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      ),
    ).toBeLessThanOrEqual(0);
  });
});
