import { expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { runTap } from '../run-tap.ts';

/** Presses the link by keyboard, and reads what comes of it. */
async function harOf(page: Page): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Save as HAR' }).press('Enter'),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.har$/);
  return readFile(await download.path(), 'utf8');
}

describeWithBrowser('a run is saved as HAR', (browser) => {
  test('on the page of a tap and on a saved one, secrets when asked', async () => {
    const server = createServer((request, response) => request.pipe(response));
    const { origin } = await listen(server);
    const tap = await runTap(
      origin,
      { page: true, wire: 'lines', faults: [] },
      () => {},
    );
    await (
      await fetch(`${tap.address}?token=swordfish`, {
        method: 'POST',
        body: 'hello',
      })
    ).text();
    const page = await browser().newPage({ acceptDownloads: true });
    const said: string[] = [];
    page.on('pageerror', (error) => said.push(error.message));
    page.on('console', (message) => said.push(message.text()));
    const saved = await fetch(`${tap.page}wire/run.html?secrets=yes`);
    const html = await saved.text();
    await page.route(`${tap.page}saved`, (route) =>
      route.fulfill({ contentType: 'text/html', body: html }),
    );
    for (const url of [tap.page!, `${tap.page}saved`]) {
      await page.goto(url);
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      const masked = await harOf(page);
      expect(masked).toContain('?token=*********');
      expect(masked).not.toContain('swordfish');
      await page
        .getByRole('checkbox', { name: 'with secrets as they are' })
        .check();
      const whole = await harOf(page);
      expect(whole).toContain('?token=swordfish');
      expect(whole).toContain('"text": "hello"');
    }
    expect(said).toEqual([]);
    await tap.stop();
    await page.close();
    server.closeAllConnections();
    server.close();
  });
});
