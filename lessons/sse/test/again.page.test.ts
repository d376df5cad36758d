/** What the page does when its stream is refused, as a proxy does in a deploy. */
import { expect, test } from '@jest/globals';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

describeInEngines(
  'a page that opens another stream after a refusal',
  (browser) => {
    /** The page, open, with its switch set. */
    async function visit() {
      const feed = createFeed({ rate: 'night' });
      feed.close(); // stops its clock: `next()` alone moves it
      const { server, close } = createServer({ feed, retry: 50 });
      const tap = await listenBehindTap(server);
      closing.push(close, tap.close);
      const asked: string[] = [];
      server.on('request', ({ url }) => asked.push(url!));
      const page = await browser().newPage();
      closing.push(() => page.close());
      await page.goto(tap.origin);
      const until = (words: string) =>
        page.locator('#state', { hasText: words }).waitFor();
      await until('open');
      const choose = () => page.locator('[name=refusal][value=again]').click();
      return { feed, tap, asked, page, until, choose };
    }

    test('asks whether the server is ready, and misses nothing', async () => {
      const { feed, tap, asked, page, until, choose } = await visit();
      await choose();
      tap.break('status=502');
      tap.cut();
      await until('refused, waiting until the server is ready');
      for (let n = 0; n < 3; n += 1) feed.next();
      await page.locator('#log', { hasText: 'GET /ready → 502' }).waitFor();
      expect(asked).not.toContain('/ready');
      tap.break();
      await until('open');
      await page.locator('#last-id', { hasText: `${feed.run}-3` }).waitFor();
      expect(asked).toContain('/ready');
      expect(asked.at(-1)).toBe(`/events?after=${feed.run}-0`);
      await page.locator('#seen', { hasText: '3 of 3' }).waitFor();
    });

    test('stays closed where the server is ready, and means it', async () => {
      const { feed, asked, page, until, choose } = await visit();
      await choose();
      feed.setRate('over');
      await page.locator('#log', { hasText: 'it means it' }).waitFor();
      await until('closed for good');
      // The stream's end, one refusal, and another by a server that is ready.
      const streams = asked.filter((url) => url.startsWith('/events'));
      expect(streams).toHaveLength(3);
    });

    test('stays closed as long as nothing else is chosen', async () => {
      const { tap, asked, until } = await visit();
      tap.break('status=502');
      tap.cut();
      await until('closed for good');
      tap.break();
      expect(asked).not.toContain('/ready');
    });
  },
);
