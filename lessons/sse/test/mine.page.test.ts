/** The solutions of the four exercises, together, are the lesson. */
import { beforeAll, expect, test } from '@jest/globals';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { EventReader } from '@on-the-wire/course/exercise/event-reader.ts';
import { startServer } from '@on-the-wire/testing/start-server.ts';

const closing = closingAfterEach();

/** Runs it as `pnpm exercise --mine sse` does, without a learner's files. */
async function start() {
  const url = new URL('../exercises/mine/server.ts', import.meta.url);
  const { port, stop } = await startServer(url, { retry: 50 });
  closing.push(stop);
  return port;
}

describeWithBrowser('the four solutions', (browser) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser().newPage({ reducedMotion: 'reduce' });
  });

  test('make the lesson: a stream that is resumed, and a board that lives', async () => {
    const port = await start();
    const reader = await EventReader.open(port);
    await reader.until(({ numbers }) => numbers.length === 1);
    expect(reader.of('hello')).toEqual([{ staff: false, rate: 'normal' }]);
    expect(reader.of('snapshot')).toHaveLength(1);
    const { lastId } = reader;
    reader.leave();
    const again = await EventReader.open(port, { after: lastId });
    await again.until(({ numbers }) => numbers.length === 2);
    const from = Number(lastId.split('-')[1]);
    expect(again.numbers).toEqual([from + 1, from + 2]);
    again.leave();

    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`http://127.0.0.1:${port}`);
    closing.push(() => page.goto('about:blank'));
    await page.locator('#log .departure, #log li').nth(2).waitFor();
    await page.locator('#last-id', { hasText: /^\w{5}-\d+$/ }).waitFor();
    expect(errors).toEqual([]);
  });
});
