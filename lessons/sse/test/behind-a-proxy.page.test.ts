/** What the side trip *Behind a proxy* says of a restart, in every engine. */
import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { minimalLines } from '@on-the-wire/proxies/lines.ts';
import { startProxy } from '@on-the-wire/proxies/start.ts';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeBehind } from '@on-the-wire/testing/describe-behind.ts';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();
const away = new URL('../side-trips/behind-a-proxy/away.conf', import.meta.url);

describeBehind('nginx', 'a restart behind nginx', (nginx) => {
  describeInEngines('an EventSource', (browser) => {
    test.each([
      ['is closed for good by a 502', minimalLines('nginx'), 'closed for good'],
      [
        'reconnects where nginx says nothing',
        readFileSync(away, 'utf8'),
        'waiting to try again',
      ],
    ])('%s', async (_what, lines, state) => {
      const start = async (at: number) => {
        const lesson = createServer({ feed: createFeed(), retry: 300 });
        closing.push(lesson.close);
        return { ...lesson, ...(await listen(lesson.server, at)) };
      };
      const lesson = await start(await freePort());
      const port = await freePort();
      const upstream = { port: lesson.port };
      const refused = Promise.withResolvers<void>();
      const proxy = await startProxy(nginx, {
        port,
        upstream,
        lines,
        onLine: (line) => /connect\(\) failed/.test(line) && refused.resolve(),
      });
      closing.push(() => proxy.stop());
      const page = await browser().newPage();
      closing.push(() => page.close());
      const until = (words: string) =>
        page.locator('#state', { hasText: words }).waitFor();
      await page.goto(`http://127.0.0.1:${port}/`);
      await until('open');
      await lesson.close();
      await refused.promise;
      await until(state);
      await start(lesson.port);
      if (state !== 'closed for good') return until('open');
      // As long as nobody opens another one.
      return expect(await page.locator('#state').textContent()).toBe(state);
    });
  });
});
