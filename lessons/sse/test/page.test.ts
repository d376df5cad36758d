import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  writeFile,
} from 'node:fs/promises';
import {
  createServer as createHttpServer,
  type ServerResponse,
} from 'node:http';
import { createSecureServer, type Http2ServerResponse } from 'node:http2';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import type { Browser, Page } from '@on-the-wire/browser/browser.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import {
  alone,
  countOf,
  listenTo,
  shows,
  showsOnce,
} from '@on-the-wire/testing/lesson-page.ts';
import { requestLate } from '@on-the-wire/testing/respond-late.ts';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { encodeComment, encodeEvent } from '../event-stream.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

/**
 * Starts the lesson behind a door. If the test shuts the door, every request
 * gets a 503, as from a proxy whose server is gone. While the test restarts the
 * lesson, every connection is reset.
 */
async function start(create = createServer) {
  const begin = () => {
    const feed = createFeed({ rate: 'night' });
    feed.close(); // stops its clock: `next()` alone moves it
    return { feed, ...create({ feed, retry: 50 }) };
  };
  let lesson = begin();
  const door = { shut: false, down: false };
  const server = createHttpServer((request, response) => {
    if (door.down) request.socket.destroy();
    else if (door.shut) response.writeHead(503).end('Nobody is at home.');
    else lesson.server.emit('request', request, response);
  });
  const cut = () => server.closeAllConnections();
  closing.push(async () => {
    await lesson.close();
    const closed = new Promise((resolve) => server.close(resolve));
    cut();
    await closed;
  });
  return {
    feed: lesson.feed,
    server,
    door,
    cut,
    stop() {
      door.down = true;
      cut();
    },
    startAgain() {
      lesson = begin();
      door.down = false;
      return lesson.feed;
    },
    ...(await listen(server)),
  };
}

/** A second visitor, who shares nothing with the first. */
async function anotherVisitor(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  closing.push(() => context.close());
  return context.newPage();
}

const state = (page: Page, text: string) => shows(page, 'state', alone(text));
const lastId = (page: Page, id: string) => shows(page, 'last-id', id);

describeWithBrowser('the page', (browser) => {
  let page: Page;
  // One for all tests: each lesson has an origin of its own.
  beforeAll(async () => {
    const context = await browser().newContext({ reducedMotion: 'reduce' });
    page = await context.newPage();
  });
  const visit = async (origin: string) => {
    // A page that stays would go on trying to reconnect to a lesson that ends.
    closing.push(() => page.goto('about:blank'));
    await page.goto(origin);
  };

  test('shows the board and each update, and says nothing else', async () => {
    const { feed, origin } = await start();
    const { said, stop } = listenTo(page);
    await visit(origin);
    await state(page, 'open');
    await lastId(page, `${feed.run}-0`);
    const { departures } = feed.snapshot().data;
    const rows = page.getByRole('row');
    for (const { to } of departures)
      await rows.filter({ hasText: to }).waitFor();
    for (let i = 0; i < 20; i++) feed.next();
    await lastId(page, `${feed.run}-20`);
    expect(await countOf(page)).toEqual({ seen: 20, of: 20, doubled: 0 });
    for (const { to } of feed.snapshot().data.departures) {
      await rows.filter({ hasText: to }).first().waitFor();
    }
    expect(said).toEqual([]);
    stop();
  });

  test('asks for its own files and for the stream, for nothing else', async () => {
    const { origin } = await start();
    const { asked, stop } = listenTo(page);
    await visit(origin);
    await state(page, 'open');
    stop();
    expect(asked.map((url) => url.replace(origin, '')).sort()).toEqual([
      '/',
      '/again.ts',
      '/answer.ts',
      '/board/colours.css',
      '/board/departures-board.ts',
      '/board/in-the-shell.ts',
      '/board/page.css',
      '/event-parser.ts',
      '/events',
      '/page.css',
      '/page.ts',
    ]);
  });

  test('closes and opens again without missing an update', async () => {
    const { feed, origin } = await start();
    await visit(origin);
    await lastId(page, `${feed.run}-0`);
    feed.next();
    await lastId(page, `${feed.run}-1`);
    await page.getByRole('button', { name: 'Close' }).click();
    await state(page, 'closed by this page');
    for (let i = 0; i < 40; i++) feed.next();
    await page.getByRole('button', { name: 'Open again' }).click();
    await lastId(page, `${feed.run}-41`);
    expect(await countOf(page)).toEqual({ seen: 41, of: 41, doubled: 0 });
  });

  test('keeps its id while a new stream brings none', async () => {
    const { feed, origin } = await start();
    await visit(origin);
    await lastId(page, `${feed.run}-0`);
    feed.next();
    await lastId(page, `${feed.run}-1`);
    const { asked, stop } = listenTo(page);
    const hellos = page.locator('#log .hello');
    for (const seen of [2, 3]) {
      await page.getByRole('button', { name: 'Close' }).click();
      await state(page, 'closed by this page');
      if (seen === 3) feed.announce('On the second stream nothing happened.');
      await page.getByRole('button', { name: 'Open again' }).click();
      // The first event of each stream, and the only one of the second.
      await hellos.nth(seen - 1).waitFor();
    }
    await lastId(page, `${feed.run}-2`);
    stop();
    const after = `${origin}/events?after=${feed.run}-1`;
    expect(asked).toEqual([after, after]);
    expect(await countOf(page)).toEqual({ seen: 2, of: 2, doubled: 0 });
  });

  test('shows an event that is not JSON, and takes nothing from it', async () => {
    const { feed, origin, server } = await start();
    const streams: ServerResponse[] = [];
    server.on('request', ({ url }, response) => {
      if (url === '/events') streams.push(response);
    });
    const { said, stop } = listenTo(page);
    await visit(origin);
    await lastId(page, `${feed.run}-0`);
    // What becomes of half an update in a browser that keeps it.
    const half = encodeEvent({
      event: 'departure',
      id: `${feed.run}-1`,
      data: '{"n":1,"train":"RE: new stream',
    });
    streams[0]!.write(half);
    const broken = page.locator('#log .broken');
    await broken
      .filter({ hasText: '{"n":1,"train":"RE: new stream' })
      .waitFor();
    expect(await page.locator('#last-id').textContent()).toBe(`${feed.run}-0`);
    expect(await countOf(page)).toEqual({ seen: 0, of: 0, doubled: 0 });
    // If it is not sent again, it is missed.
    const text = 'Another one.';
    const announcement = { n: 2, number: 1, text };
    const next = JSON.stringify(announcement);
    streams[0]!.write(encodeEvent({ event: 'announcement', data: next }));
    await page
      .getByRole('listitem')
      .filter({ hasText: text })
      .first()
      .waitFor();
    expect(await countOf(page)).toEqual({ seen: 1, of: 2, doubled: 0 });
    await page.getByText('1 missed').first().waitFor();
    expect(said).toEqual([]);
    stop();
  });

  test('misses what came meanwhile once the id is deleted', async () => {
    const create = await withoutIds();
    const { feed, origin } = await start(create);
    await visit(origin);
    await page.locator('#log .snapshot').waitFor();
    const { kind } = feed.next();
    await page.locator(`#log .${kind}`).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await state(page, 'closed by this page');
    for (let i = 0; i < 3; i++) feed.next();
    await page.getByRole('button', { name: 'Open again' }).click();
    await page.locator('#log .snapshot').nth(1).waitFor();
    expect(await countOf(page)).toMatchObject({ seen: 1, of: 4 });
    await page.getByText('1 of 4').first().waitFor();
  });

  test('reconnects by itself after a cut', async () => {
    const { feed, origin, cut } = await start();
    await visit(origin);
    const waits = showsOnce(page, 'state', 'waiting to try again');
    await lastId(page, `${feed.run}-0`);
    cut();
    await waits;
    feed.next();
    await lastId(page, `${feed.run}-1`);
    await state(page, 'open');
    expect(await countOf(page)).toEqual({ seen: 1, of: 1, doubled: 0 });
  });

  test('is healed by a snapshot after a restart', async () => {
    const { feed: before, origin, stop, startAgain } = await start();
    await visit(origin);
    await lastId(page, `${before.run}-0`);
    for (let i = 0; i < 5; i++) before.next();
    await lastId(page, `${before.run}-5`);
    stop();
    await state(page, 'waiting to try again');
    const feed = startAgain();
    await lastId(page, `${feed.run}-0`);
    await state(page, 'open');
    expect(await countOf(page)).toEqual({ seen: 0, of: 0, doubled: 0 });
  });

  test('is closed for good by a 503, and opened again by hand', async () => {
    const { feed, origin, cut, door } = await start();
    await visit(origin);
    await lastId(page, `${feed.run}-0`);
    door.shut = true;
    cut();
    await state(page, 'closed for good');
    feed.next();
    feed.next();
    door.shut = false;
    await page.getByRole('button', { name: 'Open again' }).click();
    await lastId(page, `${feed.run}-2`);
    expect(await countOf(page)).toEqual({ seen: 2, of: 2, doubled: 0 });
  });

  test('is closed for good by the 204 after the last train', async () => {
    const { feed, origin } = await start();
    await visit(origin);
    await lastId(page, `${feed.run}-0`);
    await page.getByText('last train gone').click();
    await state(page, 'closed for good');
    expect(feed.rate).toBe('over');
    await page.getByText('normal').click();
    await page.getByText('PUT /rate {"rate":"normal"} → 204').waitFor();
    await page.getByRole('button', { name: 'Open again' }).click();
    await state(page, 'open');
  });

  test('reports a delay, as staff only, and another page hears of it', async () => {
    const { feed, origin } = await start();
    const other = await anotherVisitor(browser());
    await other.goto(origin);
    await visit(origin);
    await lastId(other, `${feed.run}-0`);
    await lastId(page, `${feed.run}-0`);
    const report = other.getByRole('button', { name: 'Report' });
    await report.click();
    await other.getByText('→ 401 Only staff may report').waitFor();
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.locator('#role', { hasText: 'staff' }).waitFor();
    await report.click();
    await other.getByText('"minutes":5} → 200').waitFor();
    await lastId(page, `${feed.run}-1`);
    await page.getByRole('row').filter({ hasText: '+5 min' }).waitFor();
    expect(await page.locator('#role').textContent()).toBe('a passenger');
  });

  test('reports a train only once the board has come', async () => {
    const { origin } = await start();
    const late = await requestLate(page, '**/events');
    await visit(origin);
    await late.asked;
    const report = page.getByRole('button', { name: 'Report' });
    expect(await report.isDisabled()).toBe(true);
    await late.release();
    await page.locator('#report:enabled').waitFor();
  });

  test('keeps a rate that the server is still being told', async () => {
    const { feed, origin } = await start();
    await page.context().clearCookies();
    await visit(origin);
    await page.locator('#role', { hasText: 'a passenger' }).waitFor();
    const late = await requestLate(page, '**/rate');
    const rush = page.getByLabel('rush hour');
    await rush.check({ force: true });
    await late.asked;
    // It opens another stream, which says the rate that there was.
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('#role', { hasText: 'staff' }).waitFor();
    expect(await rush.isChecked()).toBe(true);
    await late.release();
    expect(feed.rate).toBe('rush');
  });

  test('lets a seventh request wait until one of six streams is closed', async () => {
    const { feed, origin, server } = await start();
    const asked: (string | undefined)[] = [];
    server.on('request', ({ url }) => asked.push(url));
    await visit(origin);
    await lastId(page, `${feed.run}-0`);
    await page.evaluate(async () => {
      // With the page's own these are six.
      const sources = Array.from(
        { length: 5 },
        () => new EventSource('/events'),
      );
      await Promise.all(
        sources.map(
          (source) => new Promise((open) => (source.onopen = () => open(0))),
        ),
      );
      const seventh = fetch('/page.css?seventh');
      Object.assign(globalThis, { sources, seventh });
    });
    // Twenty updates reach the page; the request does not reach the server.
    for (let n = 1; n <= 20; n++) {
      feed.next();
      await lastId(page, `${feed.run}-${n}`);
    }
    expect(asked).not.toContain('/page.css?seventh');
    await page.evaluate('(sources[0].close(), seventh.then(({ ok }) => ok))');
    expect(asked).toContain('/page.css?seventh');
  });

  test('over HTTP/2 lets a request wait at the limit that the server sets', async () => {
    const limit = 8;
    const asked: string[] = [];
    const streams: Http2ServerResponse[] = [];
    const server = createSecureServer({
      ...(await localCertificate()),
      settings: { maxConcurrentStreams: limit },
    });
    server.on('request', ({ url }, response) => {
      asked.push(url);
      if (url !== '/events') return void response.end('next');
      response.setHeader('Content-Type', 'text/event-stream');
      response.write(': open\n\n');
      return void streams.push(response);
    });
    const { origin } = await listen(server);
    closing.push(() => new Promise((done) => server.close(done)));
    closing.push(() => page.goto('about:blank'));
    await page.goto(origin);
    await page.evaluate(async (count) => {
      const sources = Array.from(
        { length: count },
        () => new EventSource('/events'),
      );
      await Promise.all(
        sources.map(
          (source) => new Promise((open) => (source.onopen = () => open(0))),
        ),
      );
      const heard = new Promise<void>((done) => {
        sources[0]!.onmessage = ({ data }) => data === '20' && done();
      });
      const next = fetch('/next').then((response) => response.text());
      Object.assign(globalThis, { sources, heard, next });
    }, limit);
    // Twenty events reach the page; the request does not reach the server.
    for (let n = 1; n <= 20; n++) streams[0]!.write(`data: ${n}\n\n`);
    await page.evaluate('heard');
    expect(asked.filter((url) => url === '/events')).toHaveLength(limit);
    expect(asked).not.toContain('/next');
    // The server ends a stream: if the page did, Node 26 would sometimes refuse
    // the request that takes its place, because it still counts the old one.
    streams[0]!.end();
    expect(await page.evaluate('next')).toBe('next');
  });

  test('takes cookies to another origin only withCredentials', async () => {
    const cookies: (string | undefined)[] = [];
    const another = createHttpServer((request, response) => {
      cookies.push(request.headers.cookie);
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Access-Control-Allow-Origin': String(request.headers.origin),
        'Access-Control-Allow-Credentials': 'true',
      });
      response.write(': open\n\n');
      request.on('close', () => response.end());
    });
    const { origin: other } = await listen(another);
    closing.push(() => another.close().closeAllConnections());
    const { origin } = await start();
    await visit(origin);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('#role', { hasText: 'staff' }).waitFor();
    await page.evaluate(async (url) => {
      for (const options of [{}, { withCredentials: true }]) {
        const source = new EventSource(url, options);
        await new Promise((open) => (source.onopen = open));
        source.close();
      }
    }, other);
    expect(cookies).toEqual([undefined, expect.stringMatching(/^staff=/)]);
  });

  test('in Chromium and WebKitGTK, tries another origin again until its server is back', async () => {
    let down = false;
    const another = createHttpServer((request, response) => {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Access-Control-Allow-Origin': String(request.headers.origin),
      });
      response.write('retry: 20\n\n');
    });
    // A connection that ends before its first byte is all that a browser sees
    // of a server that is down; the port stays ours for its return.
    another.on('connection', (socket) => down && socket.resetAndDestroy());
    const { origin: other } = await listen(another);
    closing.push(() => another.close().closeAllConnections());
    const { origin } = await start();
    await visit(origin);
    await page.evaluate(async (url) => {
      const source = new EventSource(url);
      await new Promise((open) => (source.onopen = open));
      const states: number[] = [];
      // The first error tells of the cut, the next two of failed attempts.
      const failed = new Promise<number[]>((done) => {
        source.onerror = () => {
          states.push(source.readyState);
          if (states.length === 3 || source.readyState === EventSource.CLOSED)
            done(states);
        };
      });
      const reopened = failed.then(
        () => new Promise((open) => (source.onopen = () => open(0))),
      );
      Object.assign(globalThis, { source, failed, reopened });
    }, other);
    down = true;
    another.closeAllConnections();
    expect(await page.evaluate('failed')).toEqual([0, 0, 0]); // CONNECTING
    down = false;
    await page.evaluate('reopened.then(() => source.close())');
  });

  test('notices a silence in which even the heartbeat is missing', async () => {
    const { feed, origin } = await start((options) =>
      createServer({ ...options, heartbeat: 600_000 }),
    );
    const own = await anotherVisitor(browser());
    // On its own the clock would go on, and further on a busy machine.
    await own.clock.install({ time: 0 });
    await own.clock.pauseAt(1_000);
    await own.goto(origin);
    await lastId(own, `${feed.run}-0`);
    await own.clock.fastForward(24_000);
    expect(await own.locator('#opened').textContent()).toBe('1');
    await own.clock.fastForward(1_500);
    await own.locator('#opened', { hasText: '2' }).waitFor();
    await own.locator('#log .silence').waitFor();
  });

  test.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('is accessible, %s, at %d px', async (colorScheme, width) => {
    const { feed, origin } = await start();
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    await visit(origin);
    await lastId(page, `${feed.run}-0`);
    for (let i = 0; i < 30; i++) feed.next();
    await lastId(page, `${feed.run}-30`);
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(
      await page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      ),
    ).toBeLessThanOrEqual(0);
  });
});

/** The lesson as a learner leaves it in step 2: no `id` in the events. */
async function withoutIds(): Promise<typeof createServer> {
  const lesson = new URL('../', import.meta.url);
  // Where the lesson is not watched: other tests may be running it.
  const workspace = fileURLToPath(new URL('workspace/', lesson));
  await mkdir(workspace, { recursive: true });
  const folder = await mkdtemp(join(workspace, 'without-ids-'));
  closing.push(() => rm(folder, { recursive: true }));
  const files = await readdir(lesson);
  const code = files.filter((name) => name.endsWith('.ts'));
  for (const name of ['page', ...code]) {
    await cp(new URL(name, lesson), join(folder, name), { recursive: true });
  }
  const news = await readFile(new URL('news.ts', lesson), 'utf8');
  const changed = news.replace('event: kind, id, data', 'event: kind, data');
  expect(changed).not.toBe(news);
  await writeFile(join(folder, 'news.ts'), changed);
  return (await import(pathToFileURL(join(folder, 'server.ts')).href))
    .createServer;
}

/** Serves, as an event stream, the text that the URL holds. */
const echo = createHttpServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url!, 'http://echo');
  const isStream = pathname === '/events';
  response.setHeader(
    'Content-Type',
    isStream ? 'text/event-stream' : 'text/html',
  );
  if (isStream) response.write(searchParams.get('text'));
  else response.end('<title>echo</title>');
});

/** Has EventSource read a text, up to an event called `end`. */
function readByBrowser(page: Page, text: string) {
  return page.evaluate(
    (stream) =>
      new Promise<object[]>((resolve) => {
        const events: object[] = [];
        const source = new EventSource(`/events?${stream}`);
        const keep = ({ type, data, lastEventId }: MessageEvent) =>
          events.push({ type, data, lastEventId });
        for (const name of ['message', 'add']) {
          source.addEventListener(name, keep);
        }
        source.addEventListener('end', () => {
          source.close();
          resolve(events);
        });
      }),
    String(new URLSearchParams({ text })),
  );
}

describeWithBrowser('what the encoder writes, EventSource reads', (browser) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser().newPage();
    await page.goto((await listen(echo)).origin);
  });
  afterAll(async () => {
    await page.close();
    echo.close();
    echo.closeAllConnections();
  });

  const end = encodeEvent({ event: 'end', data: '' });
  const message = (data: string, lastEventId = '') => ({
    type: 'message',
    data,
    lastEventId,
  });
  const table: [what: string, text: string, events: object[]][] = [
    [
      'vector 1: three lines',
      encodeEvent({ data: 'YHOO\n+2\n10' }),
      [message('YHOO\n+2\n10')],
    ],
    [
      'vector 2: a comment, an id, an empty id, a leading space',
      encodeComment('test stream') +
        encodeEvent({ data: 'first event', id: '1' }) +
        encodeEvent({ data: 'second event', id: '' }) +
        encodeEvent({ data: ' third event' }),
      [
        message('first event', '1'),
        message('second event'),
        message(' third event'),
      ],
    ],
    [
      'vector 3: nothing at all, and one newline',
      encodeEvent({ data: '' }) + encodeEvent({ data: '\n' }),
      [message(''), message('\n')],
    ],
    [
      'vector 4: two alike',
      encodeEvent({ data: 'test' }) + encodeEvent({ data: 'test' }),
      [message('test'), message('test')],
    ],
    [
      'vector 5: every end of a line, a colon, umlauts',
      encodeEvent({ event: 'add', id: 'ä', data: 'a\r\nb\rc\nid: 7\r' }) +
        encodeEvent({ retry: 10, data: 'data :x' }) +
        encodeEvent({ data: '„Zürich“ 🚆 \u2028' }),
      [
        { type: 'add', data: 'a\nb\nc\nid: 7\n', lastEventId: 'ä' },
        message('data :x', 'ä'),
        message('„Zürich“ 🚆 \u2028', 'ä'),
      ],
    ],
  ];
  test.each(table)('%s', async (_what, text, events) => {
    expect(await readByBrowser(page, text + end)).toEqual(events);
  });
});
