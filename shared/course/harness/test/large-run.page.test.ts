/** The page of a run with more lines than a live page keeps. */
import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import type { CapturedRead } from '@on-the-wire/wire/capture.ts';
import { writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { readRun, serveRun } from '../run-wire.ts';

const START = Date.UTC(2013, 9, 21);
const REQUESTS = 45_000;

/** Three lines for each request. */
function reads(): CapturedRead[] {
  return Array.from({ length: REQUESTS }, (_, i): CapturedRead[] => [
    {
      direction: 'up',
      time: START + i,
      bytes: Buffer.from(`GET /${i} HTTP/1.1\r\nHost: a\r\n\r\n`),
    },
    {
      direction: 'down',
      time: START + i + 0.5,
      bytes: Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx'),
    },
  ]).flat();
}

describeWithBrowser('the page of a large run', (browser) => {
  test('shows its first lines at once, goes on, and leaves none out', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'large-run-'));
    const path = join(folder, 'run.pcapng');
    const one = {
      id: 1,
      realPort: 80,
      secure: false,
      start: START,
      reads: reads(),
      ends: [],
      comments: [],
    };
    writeFileSync(path, writePcapng({ connections: [one] }));
    // Beside the requests: it was opened, and it is still open.
    const lines = 3 * REQUESTS + 2;
    const served = await serveRun(await readRun(path), 0, lines - 4);
    const page = await browser().newPage({ reducedMotion: 'reduce' });
    try {
      const said: string[] = [];
      page.on('pageerror', (error) => said.push(error.message));
      await page.addInitScript(() => {
        // What the list has said of itself, from the first on.
        const statuses: string[] = [];
        Object.assign(globalThis, { statuses });
        new MutationObserver(() => {
          const text = document.querySelector('.status')?.textContent ?? '';
          if (statuses.at(-1) !== text) statuses.push(text);
        }).observe(document, { childList: true, subtree: true });
      });
      await page.goto(served.url);
      const list = page.getByRole('listbox');
      await list.getByText('opened, to port 80').waitFor();
      const whole = `${lines.toLocaleString('en')} lines`;
      await page.getByText(whole, { exact: true }).waitFor();
      const statuses = await page.evaluate(
        () => (globalThis as unknown as { statuses: string[] }).statuses,
      );
      expect(statuses).toContainEqual(
        expect.stringMatching(/^[\d,]+ lines, \d+ % of the file read$/),
      );

      // The one that was named is in the part that came last.
      const unit = page.getByRole('region', { name: 'The chosen unit' });
      await unit
        .getByText(`/${REQUESTS - 1}`)
        .first()
        .waitFor();
      await list.press('End');
      await list.getByText('still open when the run was saved').waitFor();
      await list.press('Home');
      await list.getByText('GET /0:').waitFor();
      for (const name of ['Counts', 'Diagram'])
        await page.getByRole('button', { name }).click();
      await page
        .getByText(/\d+ steps before these/)
        .first()
        .waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(said).toEqual([]);
    } finally {
      await page.close();
      await served.close();
      rmSync(folder, { recursive: true });
    }
  });
});
