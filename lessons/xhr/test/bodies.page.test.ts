import { beforeAll, describe, expect, test } from '@jest/globals';
import { createServer as createHttpServer } from 'node:http';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { closing, start, visitor } from './visit.ts';

describeWithBrowser('the page', (browser) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser().newPage({ reducedMotion: 'reduce' });
  });
  const { visit, has, lastId, press, text } = visitor(() => page);

  describe('moves large bodies', () => {
    /** The page's 20 MB take Chromium a while, and show no more. */
    const weighs = (bytes: number) =>
      page.evaluate((size) => {
        document.getElementById('send')!.dataset['size'] = String(size);
      }, bytes);

    test('what is handed over is not yet received', async () => {
      const { origin, readUpTo } = await start();
      await visit(origin);
      readUpTo(1);
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
      await press('Send 20 MB');
      // The system takes a lot, but not all, before the server has read it.
      await has('handed-bytes', /^[1-9]/);
      await has('received-bytes', /^[1-9]/);
      // Never more than the page has been told of: it is told late.
      const handedBeyond = async (bytes: number) => {
        const handle = await page.waitForFunction((before) => {
          const [handed] = document
            .getElementById('handed-bytes')!
            .textContent!.split(' of ');
          const found = Number(handed!.replaceAll(',', ''));
          return found > before && found;
        }, bytes);
        return Number(await handle.jsonValue());
      };
      for (let handed = 0; handed < 20_000_000;) {
        handed = await handedBeyond(handed);
        readUpTo(handed - 200_000);
      }
      await has('received-bytes', /^19,/);
      readUpTo(Infinity);
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
      expect(new Set(handed).size).toBeGreaterThan(2);
      const received = seen.map((each) => each.received);
      expect(received).toEqual([...received].sort((a, b) => a - b));
      // The page never says more is here than was handed over; and while all
      // of it is handed over, the server still waits for some.
      const sending = seen.filter(({ words }) => words.startsWith('Sending'));
      for (const each of sending)
        expect(each.received).toBeLessThanOrEqual(each.handed);
      const over = sending.filter((each) => each.handed === 20_000_000);
      expect(over.some((each) => each.received < 20_000_000)).toBe(true);
      expect(await text('received-bytes')).toBe('20,000,000 of 20,000,000');
    });

    test('a cancelled one is forgotten by the server', async () => {
      const { origin, exchanges, readUpTo } = await start();
      await visit(origin);
      // All of it has no room on the way: so some of it is never sent.
      readUpTo(1);
      await press('Send 20 MB');
      await has('received-bytes', /^[1-9]/);
      await press('Cancel');
      await has('sent', 'Cancelled');
      readUpTo(Infinity);
      const { url } = exchanges.find((each) => /recordings/.test(each.url))!;
      const gone = async () => (await fetch(`${origin}${url}`)).status;
      while ((await gone()) !== 404);
      expect(await gone()).toBe(404);
    });

    test('one that has arrived is not polled for, and another may be sent', async () => {
      const { origin, exchanges } = await start();
      // A page of its own, as its clock stays in our hands.
      const shared = page;
      page = await browser().newPage();
      closing.push(async () => {
        await page.close();
        page = shared;
      });
      await page.clock.install();
      await visit(origin);
      await weighs(100_000);
      for (const time of ['first', 'second']) {
        await press('Send 20 MB');
        await has('sent', 'Received, as the server says');
        const cancel = page.getByRole('button', { name: 'Cancel' });
        expect([time, await cancel.isDisabled()]).toEqual([time, true]);
      }
      const polls = () =>
        exchanges.filter(({ method }) => method === 'GET').length;
      // Whatever is on its way has come when this one has.
      const fence = () =>
        page.evaluate(async () => (await fetch('/nowhere')).text());
      await fence();
      const before = polls();
      await page.clock.runFor(10_000);
      await fence();
      expect(polls()).toBe(before + 1);
    });

    test('one whose connection breaks is not said to have arrived', async () => {
      const { line } = await start();
      await visit(line.origin);
      line.break('up:reset=after:200kB');
      await weighs(1_000_000);
      await press('Send 20 MB');
      await has('sent', 'No response: nobody knows what has arrived.');
    });

    test('one that is too large gets a 413', async () => {
      const { origin } = await start({ largest: 1_000_000 });
      await visit(origin);
      await weighs(1_000_001);
      await press('Send 20 MB');
      await has('sent', '413');
    });

    test('a streamed one is not sent over HTTP/1.1', async () => {
      const { origin, exchanges } = await start();
      await visit(origin);
      await page.getByRole('button', { name: 'Stream an upload' }).click();
      await has('sent', 'Not streamed: TypeError: Failed to fetch');
      const sent = exchanges.filter(({ url }) => /recordings/.test(url));
      expect(sent).toEqual([]);
    });

    test('a compressed response is seen as one, but not its bytes', async () => {
      const { origin, exchanges } = await start();
      await visit(origin);
      const seen = await page.evaluate(async () => {
        // No page decides this: the browser drops the header.
        const headers = { 'Accept-Encoding': 'identity' };
        const response = await fetch('/map', { headers });
        const { byteLength } = await response.arrayBuffer();
        const entry = await new Promise<PerformanceResourceTiming>((done) =>
          new PerformanceObserver((list) => {
            const found = list
              .getEntries()
              .find(({ name }) => name.endsWith('/map'));
            if (found) done(found as PerformanceResourceTiming);
          }).observe({ type: 'resource', buffered: true }),
        );
        const { encodedBodySize, decodedBodySize } = entry;
        const coding = response.headers.get('content-encoding');
        return { coding, byteLength, encodedBodySize, decodedBodySize };
      });
      expect(seen).toEqual({
        coding: 'gzip',
        byteLength: 1_440_066,
        encodedBodySize: 6_896,
        decodedBodySize: 1_440_066,
      });
      const { headers } = exchanges.find(({ url }) => url === '/map')!;
      expect(headers[headers.indexOf('Accept-Encoding') + 1]).toMatch(/^gzip/);
    });
  });

  describe('from another origin', () => {
    const nextDoor = () => page.frameLocator('iframe');
    const pressThere = (name: string) =>
      nextDoor().getByRole('button', { name }).click();
    const told = (words: string) =>
      nextDoor().locator('#result', { hasText: words }).waitFor();

    test('the neighbour reads the board, and no more', async () => {
      const { origin, exchanges } = await start();
      await visit(origin);
      await pressThere('Read the board');
      await told('GET /board → 200');
      await pressThere('Read the map');
      await told('GET /map → TypeError: Failed to fetch');
      // The request arrived, and its response was sent; it is withheld.
      const map = exchanges.filter(({ url }) => url === '/map');
      expect(map.map(({ status }) => status)).toEqual([200]);
    });

    test('it may report with the cookie, after a preflight', async () => {
      const { feed, origin, exchanges } = await start();
      await visit(origin);
      await lastId(`${feed.run}-0`);
      await pressThere('Report a delay');
      await told('PUT /delays → 401 Only staff may report');
      await pressThere('Sign in as staff');
      await told('POST /sign-in → TypeError');
      await pressThere('Report a delay');
      await told('PUT /delays → 200');
      const sent = exchanges.filter(({ url }) => url === '/delays');
      expect(sent.map(({ method, status }) => [method, status])).toEqual([
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
      await pressThere('Read the board');
      await told('GET /board → 500 The server failed at this');
      console.error = error;
    });

    test('a page that is not allowed reads nothing, and its PUT is never sent', async () => {
      const { origin, feed, exchanges } = await start();
      const { train } = feed.snapshot().data.departures[0]!;
      const other = createHttpServer((_request, response) => {
        response.setHeader('Content-Type', 'text/html').end('<!doctype html>');
      });
      const { origin: elsewhere } = await listen(other);
      closing.push(async () => {
        other.closeAllConnections();
        await new Promise((done) => other.close(done));
      });
      await visit(elsewhere);
      const send = (
        path: string,
        init: {
          method?: string;
          headers?: Record<string, string>;
          body?: string;
        },
      ) =>
        page.evaluate(
          ([url, options]) =>
            fetch(url, { credentials: 'include', ...options }).then(
              ({ status }) => status,
              ({ name }) => name as string,
            ),
          [origin + path, init] as const,
        );
      expect(await send('/board', {})).toBe('TypeError');
      // A GET needs no preflight: it arrived, and its response was sent.
      const reads = exchanges.filter(({ url }) => url === '/board');
      expect(reads.map(({ method, status }) => [method, status])).toEqual([
        ['GET', 200],
      ]);
      // With the cookie even: same site, but another origin.
      expect(await send('/sign-in', { method: 'POST' })).toBe('TypeError');
      const report = {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ train, minutes: 5 }),
      };
      expect(await send('/delays', report)).toBe('TypeError');
      // No form could send it, so only the preflight came.
      const came = exchanges.filter(({ url }) => url === '/delays');
      expect(came.map(({ method }) => method)).toEqual(['OPTIONS']);
      expect(feed.snapshot().data.n).toBe(0);
    });

    test.each([
      { maxAge: undefined, seconds: 5 },
      { maxAge: '1', seconds: 1 },
      { maxAge: '0', seconds: 0 },
    ])(
      'in Chromium, the permission for a PUT is kept: $seconds s if Max-Age is $maxAge',
      async ({ maxAge, seconds }) => {
        const { origin } = await start();
        const preflights: number[] = []; // when each came, in ms
        const puts: number[] = []; // how many after each
        const other = createHttpServer((request, response) => {
          response.setHeader('Access-Control-Allow-Origin', origin);
          response.setHeader('Access-Control-Allow-Methods', 'PUT');
          if (maxAge) response.setHeader('Access-Control-Max-Age', maxAge);
          if (request.method === 'OPTIONS') {
            preflights.push(performance.now());
            puts.push(0);
          } else puts[puts.length - 1]! += 1;
          // On a busy machine one may be over before a second PUT is sent.
          const used = puts.at(-2) ?? 0;
          response.end(String(used > (seconds === 0 ? 0 : 1)));
        });
        const { origin: elsewhere } = await listen(other);
        closing.push(async () => {
          other.closeAllConnections();
          await new Promise((done) => other.close(done));
        });
        await visit(origin);
        // One PUT after the other, until a permission that was used is over.
        await page.evaluate(async (url) => {
          const put = async () => (await fetch(url, { method: 'PUT' })).text();
          while ((await put()) !== 'true');
        }, elsewhere);
        const [first, second] = preflights.slice(-2);
        // Both read the same clock, but round it on their own.
        expect(second! - first!).toBeGreaterThan(seconds * 1_000 - 10);
        if (seconds === 0) expect(puts).toEqual([1, 1]);
      },
    );
  });
});
