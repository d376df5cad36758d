/** The part of the page that shows a stored response. */
import { beforeAll, expect, test } from '@jest/globals';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { start, visitor } from './visit.ts';

describeWithBrowser('a stored response, in the page', (browser) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser().newPage({ reducedMotion: 'reduce' });
  });
  const { visit, has, press, text } = visitor(() => page);
  const choose = (name: string, value: string) =>
    page.locator(`[name=${name}]`).selectOption(value);
  const lines = () => page.locator('#loads > .end').allTextContents();
  /** Presses, and waits for the line that tells what came of it. */
  async function load(name: string): Promise<string | null> {
    const before = (await lines()).length;
    await press(name);
    await page.waitForFunction(
      (count) => document.querySelectorAll('#loads > .end').length > count,
      before,
    );
    return text('stored-bytes');
  }
  const fetchIt = () => load('Fetch the timetable');

  test('tells which copy came, and what the browser says it cost', async () => {
    const { origin, exchanges } = await start();
    await visit(origin);
    expect(await fetchIt()).toMatch(
      /^status 200, copy 1, \d s old, transferSize 1,\d\d\d$/,
    );
    expect(await fetchIt()).toMatch(
      /^status 200, copy 1 again, \d+ s old, transferSize 0$/,
    );
    await choose('control', 'no-cache');
    expect(await fetchIt()).toContain('copy 2, ');
    expect(await fetchIt()).toContain('copy 2 again, ');
    await choose('control', 'no-store');
    expect(await fetchIt()).toContain('copy 3, ');
    expect(await fetchIt()).toContain('copy 4, ');
    const came = exchanges.filter(({ url }) => url.startsWith('/timetable'));
    expect(came.map(({ status }) => status)).toEqual([200, 200, 304, 200, 200]);
  });

  test('opens it by a link and reloads it, each as the browser does', async () => {
    const { origin, exchanges } = await start();
    await visit(origin);
    const button = page.getByRole('button', { name: 'Reload it' });
    expect(await button.isDisabled()).toBe(true);
    expect(await load('Open it by a link')).toMatch(
      /^loaded, copy 1, transferSize \d\d\d/,
    );
    const came = () =>
      exchanges
        .slice(before)
        .filter(({ url }) => url.startsWith('/timetable'))
        .map(({ url, status }) => `${url.split('?')[0]} ${status}`);
    // Both have been sent, as the document waits for its sheet.
    const before = exchanges.length;
    expect(await load('Open it by a link')).toBe(
      'loaded, copy 1 again, transferSize 0',
    );
    // Nothing is sent for the link, nor for the sheet, which is fresh, too.
    expect(came()).toEqual([]);
    expect(await load('Reload it')).toContain('copy 1 again');
    while (came().length < 1) await has('state', 'response received');
    expect(came()).toEqual(['/timetable/page 304']);
    await page
      .frameLocator('#timetable iframe')
      .getByText('Timetable, copy 1')
      .waitFor();
  });

  test('says what fails, and goes on', async () => {
    const { origin, line } = await start();
    await visit(origin);
    await choose('cache', 'only-if-cached');
    expect(await fetchIt()).toBe('TypeError: Failed to fetch');
    await choose('cache', 'default');
    line.break('status=503');
    line.cut();
    expect(await fetchIt()).toContain('SyntaxError');
    line.break();
    expect(await fetchIt()).toContain('copy 1, ');
  });

  test('keeps fifty lines of its log', async () => {
    const { origin } = await start();
    await visit(origin);
    await choose('control', 'no-store');
    for (let copy = 1; copy <= 26; copy += 1) {
      await press('Fetch the timetable');
      await has('stored-bytes', `copy ${copy}, `);
    }
    expect(await page.locator('#loads > li').count()).toBe(50);
  });
});
