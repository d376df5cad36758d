import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createTap, formatFault } from '@on-the-wire/tap/tap.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { WireLog } from '@on-the-wire/viewer/live/log.ts';
import { createShell } from '../server.ts';
import { State } from './stage.ts';

/** A run of two links, with a server that says what it hears. */
async function stageLinks() {
  const server = createServer((socket: Socket) =>
    socket.on('error', () => {}).pipe(socket),
  );
  const { port } = await listen(server);
  const target = { host: '127.0.0.1', port };
  const tap = createTap({ target, link: 'browser-gateway' });
  const log = new WireLog(
    tap.recording,
    new LiveUnits(tap, { 'gateway-feed': { by: 'length', prefix: 4 } }),
  );
  const lessonPort = await tap.listen();
  const feedPort = await tap.listenFor(target, 0, 'gateway-feed');
  const state = new State();
  state.set({ status: 'starting' });
  const folder = await mkdtemp(join(tmpdir(), 'links-'));
  await writeFile(join(folder, 'README.md'), '# Bells\n');
  const shell = createShell({
    lesson: {
      name: 'bells',
      folder,
      manifest: { title: 'Bells', question: '?', order: 1, minutes: 1 },
    },
    lessonUrl: `http://127.0.0.1:${lessonPort}/`,
    log,
    state,
    tap,
  });
  const { origin } = await listen(shell.server);
  return {
    tap,
    origin,
    feedPort,
    async end() {
      await shell.close();
      await tap.close();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

describeWithBrowser('the links in the shell', (browser) => {
  let page: Page;
  let run: Awaited<ReturnType<typeof stageLinks>>;
  beforeAll(async () => {
    run = await stageLinks();
    page = await browser().newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(run.origin);
  });
  afterAll(async () => {
    await page.close();
    await run.end();
  });
  const button = (name: string) =>
    page.getByRole('button', { name, exact: true });
  const faults = () => run.tap.faults.map(formatFault);

  test('tell what went over each, and are named in each line', async () => {
    const client = await rawClient(run.feedPort);
    client.send('\0\0\0\x02Hi');
    await client.until('Hi');
    client.socket.destroy();
    await page
      .locator('.wire .line', { hasText: 'gateway-feed message “Hi”: 6 bytes' })
      .first()
      .waitFor();
    await button('Links').click();
    const row = page.locator('.links li', { hasText: 'gateway → feed' });
    await row.getByText('2 units, 6 B → 6 B ←').waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test('are broken and mended one by one', async () => {
    const client = await rawClient(run.feedPort);
    client.send('\0\0\0\x02Hi');
    await client.until('Hi');
    await button('Break gateway to feed').click();
    await client.closed;
    await button('Broken: 1 fault').waitFor();
    expect(faults()).toEqual(['down@gateway-feed']);
    await button('Mend gateway to feed').click();
    await button('Break gateway to feed').waitFor();
    expect(faults()).toEqual([]);
  });

  test('can each have any fault, beside one that is everywhere', async () => {
    await button('Break it').click();
    const where = page.getByLabel('Where it is broken');
    await where.selectOption('gateway-feed');
    await page.getByRole('tab', { name: 'silence' }).click();
    await button('Break with silence').click();
    await button('Broken: 1 fault').waitFor();
    await where.selectOption({ label: 'everywhere' });
    await button('Not localhost').click();
    await button('Broken: 4 faults').waitFor();
    expect(faults()[0]).toBe('silence=after:0ms@gateway-feed');
    await page
      .getByRole('group', { name: 'What is broken now, in the wire' })
      .getByText(/^silence, on gateway-feed, for \d+ s/)
      .waitFor();
    await button('Mend all').click();
    await button('Break it').waitFor();
  });

  test('can be filtered by', async () => {
    const opened = once(run.tap, 'open');
    const client = await rawClient(run.tap.port);
    client.send('PING / HTTP/1.1\r\n\r\n');
    await opened;
    await client.until('\r\n\r\n');
    client.socket.destroy();
    const other = page.locator('.wire .line', { hasText: 'gateway-feed' });
    await button('Filter').click();
    const links = page.locator('select', { hasText: 'all links' });
    await links.selectOption('browser-gateway');
    await page
      .locator('.wire .line', { hasText: 'browser-gateway' })
      .first()
      .waitFor();
    await other.first().waitFor({ state: 'detached' });
    expect(await other.count()).toBe(0);
  });
});
