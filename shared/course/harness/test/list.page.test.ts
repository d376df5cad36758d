import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Page } from 'playwright-core';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { runTap } from '../run-tap.ts';

/** A body whose end no line shows. */
const board = JSON.stringify({
  pad: 'x'.repeat(3_000),
  order: 'Göteborg-4711',
});

describeWithBrowser('The list of lines', (browser) => {
  const server = createServer((request, response) => {
    if (request.url === '/board')
      return void response
        .setHeader('Content-Type', 'application/json')
        .end(board);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    server.emit('stream', response);
  });
  let tap: Awaited<ReturnType<typeof runTap>>;
  let page: Page;
  let client: Socket;
  let stream: ServerResponse;
  const said: string[] = [];

  beforeAll(async () => {
    const { origin } = await listen(server);
    tap = await runTap(
      origin,
      { page: true, wire: 'lines', faults: [] },
      () => {},
    );
    page = await browser().newPage({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    page.on('pageerror', (error) => said.push(error.message));
    await page.goto(tap.page!);
    await (await fetch(`${tap.address}board`)).text();
    const streams = once(server, 'stream');
    client = connect(Number(new URL(tap.address).port), '127.0.0.1');
    client.resume();
    client.write('GET /events HTTP/1.1\r\nHost: a\r\n\r\n');
    [stream] = (await streams) as [ServerResponse];
    for (let n = 0; n < 100; n += 1) await send(n);
    await text('train 99.').waitFor();
  });
  afterAll(async () => {
    client.destroy();
    await page.close();
    await tap.stop();
    server.closeAllConnections();
    server.close();
  });

  /** An event in a chunk of its own. */
  async function send(n: number): Promise<void> {
    stream.write(`data: {"text":"train ${n}."}\n\n`);
    // Node makes one chunk of what is written in one turn.
    await new Promise(setImmediate);
  }
  const lines = () => page.locator('.wire .line');
  const text = (words: string) => page.locator('.line', { hasText: words });
  const chosen = () => page.locator('.line[aria-selected=true]');
  const newer = () => page.getByRole('button', { name: 'go to the newest' });
  const list = () => page.getByRole('listbox');
  const hits = (words: string) =>
    page.locator('.hits', { hasText: new RegExp(`^${words}$`) }).waitFor();

  test('shows what an event carries, and its chunk above it on request', async () => {
    const event = text('train 98.');
    expect(await event.innerText()).toContain('{"text":"train 98."}');
    expect(await lines().filter({ hasText: 'chunk: ' }).count()).toBe(0);
    await event.click();
    await list().press('ArrowRight');
    const chunk = text('chunk: ');
    await chunk.waitFor();
    const next = await chunk.evaluate((line) => line.nextElementSibling?.id);
    expect(next).toBe(await event.getAttribute('id'));
    await list().press('ArrowUp');
    await page.locator('.wire h2', { hasText: 'chunk: ' }).waitFor();
    await list().press('ArrowLeft');
    await page.locator('.wire h2', { hasText: /^event/ }).waitFor();
    await chunk.waitFor({ state: 'detached' });
    await event.locator('.fold').click();
    await chunk.waitFor();
    await chunk.locator('.fold').click();
    await chunk.waitFor({ state: 'detached' });
  });

  test('stays where a line was chosen, says how many are new, and goes on', async () => {
    await text('train 98.').click();
    await chosen().waitFor();
    for (let n = 100; n < 103; n += 1) await send(n);
    await page.getByText('3 new').waitFor();
    expect(await chosen().innerText()).toContain('train 98.');
    await newer().focus();
    await page.keyboard.press('Enter');
    await text('train 102.').waitFor();
    await newer().waitFor({ state: 'hidden' });
    expect(await list().evaluate((each) => each.matches(':focus'))).toBe(true);
    await send(103);
    await text('train 103.').waitFor();
    // By the wheel, too.
    await list().hover();
    await page.mouse.wheel(0, -600);
    await text('train 103.').waitFor({ state: 'detached' });
    await send(104);
    await page.getByText('1 new').waitFor();
    await list().press('End');
    await text('train 104.').waitFor();
  });

  test('opens a chunk that is folded by its number', async () => {
    const n = Number(await text('train 104.').getAttribute('data-n')) + 1;
    await page.evaluate((hash) => (location.hash = hash), `#unit-${n}`);
    await page.locator(`#wire-line-${n}[aria-selected=true]`).waitFor();
    await page.locator('.wire h2', { hasText: 'chunk: ' }).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
  });

  test('finds what no line shows, marks it, and leads to the next', async () => {
    await page.locator('body').press('/');
    await page.keyboard.type('4711');
    await page.keyboard.press('Enter');
    await hits('1 of 1 hit');
    await page.locator('.wire h2', { hasText: /^body/ }).waitFor();
    await chosen().filter({ hasText: '"order":"Göteborg-4711"' }).waitFor();
    await page.waitForFunction(() =>
      [...(CSS.highlights.get('wire-found') ?? [])]
        .map(String)
        .includes('4711'),
    );

    await page.keyboard.press('Control+f');
    await page.keyboard.type('TRAIN 9');
    await hits('11 hits');
    await page.keyboard.press('Enter');
    await hits('1 of 11 hits');
    await chosen().filter({ hasText: 'train 9.' }).waitFor();
    await page.keyboard.press('Shift+Enter');
    await hits('11 of 11 hits');
    await chosen().filter({ hasText: 'train 99.' }).waitFor();
    await page.keyboard.press('F3');
    await hits('1 of 11 hits');
    // What comes is searched, too.
    await send(9);
    await hits('1 of 12 hits');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityViolations(page)).toEqual([]);
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const row = { '.line .summary': 'one row; the unit has all of it' };
        expect(await geometryFaults(page, row)).toEqual([]);
      }
    }
    await page.keyboard.press('Escape');
    expect(await list().evaluate((each) => each.matches(':focus'))).toBe(true);
    await page.getByRole('button', { name: 'Close' }).click();
  });

  test('filters by what units carry, and new lines as they come', async () => {
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByLabel('Only lines with this text').fill('göteborg-4711');
    await page.locator('.status', { hasText: /^1 of [\d,]+ lines$/ }).waitFor();
    // The lines are drawn after the number is told.
    await page.waitForFunction(
      () => document.querySelectorAll('.wire .line').length === 1,
    );
    expect(await lines().innerText()).toContain('body: ');
    await (await fetch(`${tap.address}board`)).text();
    await page.locator('.status', { hasText: /^2 of [\d,]+ lines$/ }).waitFor();
    await page.getByLabel('Only lines with this text').fill('');
  });

  test('counts times from the run, the request or the line before, and remembers', async () => {
    const time = page
      .locator('.line', { hasText: 'body: ' })
      .first()
      .locator('.time');
    await list().press('Home');
    const select = page.getByLabel('Time');
    expect(await time.innerText()).toMatch(/^\d+\.\d{3}$/);
    await select.selectOption('request');
    const request = page.locator('.line', { hasText: 'GET /board' }).first();
    await request.locator('.time', { hasText: '+0.000' }).waitFor();
    await select.selectOption('before');
    await page.locator('#wire-line-0 .time', { hasText: /^$/ }).waitFor({
      state: 'attached',
    });
    expect(await time.innerText()).toMatch(/^\+\d+\.\d{3}$/);
    await page.reload();
    await page.getByRole('button', { name: 'Filter' }).click();
    expect(await select.inputValue()).toBe('before');
    await select.selectOption('run');
    expect(said).toEqual([]);
  });
});
