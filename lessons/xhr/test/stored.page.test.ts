/** What the engines do with a stored response, on the wire. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RequestListener } from 'node:http';
import {
  startPlainWebKitGTK,
  type PlainWebKitGTK,
} from '@on-the-wire/browser/drivers/plain-webkitgtk.ts';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';
import { createServer } from '../server.ts';
import {
  pageOf,
  runInWindow,
  windowsOf,
  type OpenWindow,
} from './own-window.ts';
import { closing } from './visit.ts';

/** The lesson's own server, which sends the timetable. */
function lesson() {
  const feed = createFeed({ rate: 'night' });
  feed.close();
  const { server, close } = createServer({ feed });
  closing.push(close);
  return ((request, response) =>
    void server.emit('request', request, response)) as RequestListener;
}

describeInEngines('a stored response', (browser, engine) => {
  let plain: PlainWebKitGTK | undefined;
  let open: OpenWindow;
  beforeAll(async () => {
    if (engine === 'webkitgtk') plain = await startPlainWebKitGTK();
    open = windowsOf(browser(), engine, plain);
  });
  afterAll(() => plain?.close());

  test('is used without a request while it is fresh, and Cache-Control says how long', async () => {
    const controls = {
      'max-age=60': [],
      'private, max-age=60': [],
      'max-age=31536000, immutable': [],
      'no-cache': ['/timetable If-None-Match'],
      'max-age=0, s-maxage=60': ['/timetable If-None-Match'],
      'no-store': ['/timetable'],
      // Without Cache-Control: fresh for a tenth of the ten days of its age.
      '': [],
    };
    const { until } = await runInWindow(
      open,
      `for (const control of ${JSON.stringify(Object.keys(controls))}) {
        const url = '/timetable?control=' + encodeURIComponent(control);
        const [, first] = await load(url);
        await tell('first');
        const [, second] = await load(url);
        await tell([control, second === first]);
      }`,
      lesson(),
    );
    const told = await until(2 * Object.keys(controls).length);
    expect(
      told
        .filter(({ value }) => value !== 'first')
        .map(({ value, came }) => ({ value, came })),
    ).toEqual(
      Object.entries(controls).map(([control, came]) => ({
        value: [control, control !== 'no-store'],
        came,
      })),
    );
  });

  test('what fetch’s option changes', async () => {
    const modes = {
      default: [],
      'no-store': ['/timetable no-cache'],
      reload: ['/timetable no-cache'],
      'no-cache': ['/timetable If-None-Match max-age=0'],
      'force-cache': [],
      'only-if-cached': [],
    };
    const { until } = await runInWindow(
      open,
      `for (const cache of ${JSON.stringify(Object.keys(modes))}) {
        const url = '/timetable?as=' + cache;
        await load(url);
        await tell('first');
        await load(url, { cache, mode: 'same-origin' });
        await tell(cache);
      }
      // What these have brought is stored, or not.
      for (const cache of ['no-store', 'reload']) {
        const url = '/timetable?then=' + cache;
        await load(url, { cache });
        await tell('first');
        await load(url);
        await tell('after ' + cache);
      }
      // Stale, and used all the same.
      const url = '/timetable?control=no-cache';
      await load(url);
      await tell('first');
      await load(url, { cache: 'force-cache' });
      await tell('stale, force-cache');
      // Nothing is stored.
      const init = { cache: 'only-if-cached', mode: 'same-origin' };
      const [outcome] = await load('/timetable?never', init);
      await tell(outcome);`,
      lesson(),
    );
    const told = await until(19);
    expect(
      told.flatMap(({ value, came }) =>
        value === 'first' ? [] : [[value, came]],
      ),
    ).toEqual([
      ...Object.entries(modes),
      ['after no-store', ['/timetable']],
      ['after reload', []],
      ['stale, force-cache', []],
      engine === 'webkitgtk' ? [200, ['/timetable']] : ['TypeError', []],
    ]);
  });

  test('costs 0 bytes as the page counts, or 300', async () => {
    const { until } = await runInWindow(
      open,
      `for (const control of ['max-age=60', 'no-cache']) {
        const url = '/timetable?control=' + control;
        await load(url);
        const size = new Promise((done) =>
          new PerformanceObserver((list) => {
            for (const each of list.getEntries())
              if (each.name.endsWith(url)) done(each.transferSize);
          }).observe({ type: 'resource' }));
        await load(url);
        await tell(await size);
      }`,
      lesson(),
    );
    const [fresh, revalidated] = (await until(2)).map(({ value }) => value);
    expect(fresh).toBe(engine === 'webkitgtk' ? 300 : 0);
    // Firefox counts the stored body, too.
    if (engine === 'firefox') expect(revalidated).toBeGreaterThan(1_000);
    else expect(revalidated).toBe(300);
  });

  test('is used stale while it is revalidated, if it may', async () => {
    const serve = lesson();
    const held = Promise.withResolvers<void>();
    let requests = 0;
    const { until, untilCame } = await runInWindow(
      open,
      `const url = '/timetable?control=max-age=5, stale-while-revalidate=60';
      const first = await load(url);
      await tell(first);
      await tell(await load(url));`,
      async (request, response) => {
        requests += 1;
        // It is stale when it comes, as another cache has kept it for so long.
        if (requests === 1) response.setHeader('Age', '6');
        else await held.promise;
        serve(request, response);
      },
    );
    // The page has the second, though its request has no response yet.
    const [first, second] = await until(2);
    expect(first!.value).toEqual([200, 1]);
    expect(second!.value).toEqual([200, 1]);
    if (second!.came.length === 0) await untilCame();
    expect(requests).toBe(2);
    held.resolve();
  });

  test('of two languages, the browser keeps the last', async () => {
    let copies = 0;
    const { until } = await runInWindow(
      open,
      `for (const language of ['de', 'de', 'en', 'de']) {
        const headers = { 'Accept-Language': language };
        await load('/language', { headers });
        await tell(language);
      }`,
      (_request, response) => {
        copies += 1;
        response.setHeader('Cache-Control', 'max-age=60');
        response.setHeader('Vary', 'Accept-Language');
        response.end(JSON.stringify({ copy: copies }));
      },
    );
    expect(
      (await until(4)).map(({ value, came }) => [value, came.length]),
    ).toEqual([
      ['de', 1],
      ['de', 0],
      ['en', 1],
      ['de', 1],
    ]);
  });

  describe('a reload does not trust freshness, a link does', () => {
    test.each([
      { tls: false, name: 'over HTTP' },
      { tls: true, name: 'over HTTPS' },
    ])('$name', async ({ tls }) => {
      const control = { doc: 'max-age=60', lasting: 'max-age=60, immutable' };
      const body = (script: string) =>
        pageOf(script).replace(
          '<title>',
          '<script src="/fresh.js"></script><script src="/lasting.js"></script><title>',
        );
      // Each document goes on with the next step, which the tab remembers.
      const script = `
        const step = Number(sessionStorage.step ?? 0);
        sessionStorage.step = step + 1;
        const [{ type }] = performance.getEntriesByType('navigation');
        await tell(location.pathname + ' ' + type);
        const link = document.createElement('a');
        link.href = ['/doc', '/doc', '', '/lasting', '/lasting', ''][step];
        document.body.append(link);
        if (step === 2 || step === 5) location.reload();
        else if (step < 6) link.click();`;
      const { until } = await runInWindow(
        open,
        script,
        ({ url, headers }, response) => {
          const isLasting = url!.startsWith('/lasting');
          response.setHeader(
            'Cache-Control',
            isLasting ? control.lasting : control.doc,
          );
          response.setHeader('ETag', '"a"');
          if (headers['if-none-match'] === '"a"')
            return response.writeHead(304).end();
          const isScript = url!.endsWith('.js');
          response.setHeader(
            'Content-Type',
            isScript ? 'text/javascript' : 'text/html',
          );
          return response.end(isScript ? '//' : body(script));
        },
        { tls },
      );
      const told = await until(7);
      const [, , link, reload, , lastingLink, lastingReload] = told;
      expect(link).toEqual({ value: '/doc navigate', came: [] });
      expect(lastingLink).toEqual({ value: '/lasting navigate', came: [] });
      // WebKitGTK gets the document whole, without a validator.
      const asked = {
        chromium: 'If-None-Match max-age=0',
        firefox: 'If-None-Match',
        webkitgtk: 'max-age=0',
      }[engine];
      const inside = {
        chromium: [],
        firefox: [],
        webkitgtk: [
          '/fresh.js If-None-Match max-age=0',
          // It knows `immutable` over HTTPS alone.
          ...(tls ? [] : ['/lasting.js If-None-Match max-age=0']),
        ],
      }[engine];
      // The scripts come over connections of their own, in any order.
      const inAnyOrder = (each: typeof reload) => ({
        ...each,
        came: each!.came.toSorted(),
      });
      expect(inAnyOrder(reload)).toEqual({
        value: '/doc reload',
        came: [`/doc ${asked}`, ...inside],
      });
      // Firefox knows it over HTTPS, too, and there reloads nothing.
      const isKept = engine === 'firefox' && tls;
      expect(inAnyOrder(lastingReload)).toEqual({
        value: '/lasting reload',
        came: isKept ? [] : [`/lasting ${asked}`, ...inside].toSorted(),
      });
    });
  });
});
