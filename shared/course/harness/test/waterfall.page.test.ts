import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { makeSavedPage } from '@on-the-wire/viewer/saved/saved-page.ts';
import { writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { runTap } from '../run-tap.ts';

describeWithBrowser('the waterfall', (browser) => {
  test('shows each exchange, live and saved, and opens its request', async () => {
    const open: (() => void)[] = [];
    const server = createServer((request, response) => {
      if (request.url === '/events') {
        response.setHeader('Content-Type', 'text/event-stream');
        response.write('data: one\n\n');
        open.push(() => response.end());
      } else if (request.url === '/none') {
        response.writeHead(404, { 'Content-Length': '0' }).end();
      } else {
        response.setHeader('Content-Type', 'text/plain').end('Zug');
      }
    });
    const { origin } = await listen(server);
    const tap = await runTap(
      origin,
      { page: true, wire: 'lines', faults: [] },
      () => {},
    );
    const folder = await mkdtemp(join(tmpdir(), 'waterfall-'));
    const page = await browser().newPage({ reducedMotion: 'reduce' });
    const said: string[] = [];
    page.on('pageerror', (error) => said.push(error.message));
    page.on('console', (message) => said.push(message.text()));
    await page.goto(tap.page!);
    await page.getByRole('button', { name: 'Waterfall' }).click();
    await page.getByText('No request was sent yet.').waitFor();

    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (path: string) =>
      new Promise<void>((answered) =>
        get(new URL(path, tap.address), { agent }, (response) =>
          response.resume().on('end', answered),
        ),
      );
    await ask('/first');
    await ask('/none');
    const stream = await fetch(new URL('/events', tap.address));

    const rows = page.locator('.exchange');
    const names = async () =>
      (await rows.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
    await page.getByRole('option', { name: /events 200 OK.*open/ }).waitFor();
    await page.getByRole('option', { name: /^GET \/none.* ms/ }).waitFor();
    expect(await names()).toEqual([
      expect.stringMatching(
        /^GET \/first 200 OK text\/plain 1\d\d B \d.* #1, new$/,
      ),
      expect.stringMatching(/^GET \/none 404 Not Found 1\d\d B \d.* ms #1$/),
      expect.stringMatching(
        /^GET \/events 200 OK text\/event-stream \d+ B open #2, new$/,
      ),
    ]);

    const list = page.getByRole('listbox', { name: 'Exchanges' });
    await list.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page
      .getByRole('heading', { name: 'GET /none: request line' })
      .waitFor();
    expect(
      await list.getByRole('option', { selected: true }).getAttribute('title'),
    ).toMatch(/^waiting .* ms · first byte .* ms · total .* ms$/);

    const allowed = {
      '.line .summary': 'one row; the unit has all of it',
      '.exchange [data-cell]': 'one row; the unit has all of it',
    };
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await accessibilityViolations(page)).toEqual([]);
        expect(await geometryFaults(page, allowed)).toEqual([]);
      }
    }

    for (const end of open) end();
    await stream.text();
    await page.getByRole('option', { name: /events.* m?s / }).waitFor();
    const live = await names();

    const saved = await fetch(`${tap.page}wire/run.html`);
    const file = join(folder, 'run.html');
    await writeFile(file, await saved.text());
    await page.goto(pathToFileURL(file).href);
    await page.getByRole('button', { name: 'Waterfall' }).click();
    await page.getByRole('option', { name: /events.* m?s / }).waitFor();
    expect(await names()).toEqual(live);
    expect(said).toEqual([]);

    await page.close();
    await rm(folder, { recursive: true });
    agent.destroy();
    await tap.stop();
    server.closeAllConnections();
    server.close();
  });

  test('has only those in the document that are in sight, of 10,000', async () => {
    const began = 1_700_000_000_000;
    const reads = Array.from({ length: 10_000 }, (_, i) => [
      {
        direction: 'up' as const,
        time: began + 10 * i,
        bytes: Buffer.from(`GET /${i} HTTP/1.1\r\nHost: a\r\n\r\n`),
      },
      {
        direction: 'down' as const,
        time: began + 10 * i + 4,
        bytes: Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na'),
      },
    ]).flat();
    const connection = {
      id: 1,
      realPort: 3000,
      secure: false,
      start: began,
      reads,
      ends: [],
      comments: [],
    };
    const folder = await mkdtemp(join(tmpdir(), 'waterfall-'));
    const file = join(folder, 'run.html');
    const pcapng = writePcapng({ connections: [connection] });
    await writeFile(file, await makeSavedPage(pcapng, 'many'));
    const page = await browser().newPage();
    await page.goto(pathToFileURL(file).href);
    await page.getByRole('button', { name: 'Waterfall' }).click();
    const list = page.getByRole('listbox', { name: 'Exchanges' });
    await list.getByRole('option', { name: 'GET /9999' }).waitFor();
    await list.focus();
    await page.keyboard.press('Home');
    const first = list.getByRole('option', { name: 'GET /0 200' });
    await first.waitFor();
    expect(await first.getAttribute('aria-setsize')).toBe('10000');
    expect(await list.getByRole('option').count()).toBeLessThan(60);
    await page.close();
    await rm(folder, { recursive: true });
  });
});
