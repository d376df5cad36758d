/** A chosen unit in the page of a tap, and in the page of a saved run. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { listen } from '@on-the-wire/system/listen.ts';
import { createTap } from '@on-the-wire/tap/tap.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import { LiveUnits } from '../live/live-units.ts';
import { WireLog } from '../live/log.ts';
import { saveRun } from '../saved/save.ts';
import { makeSavedPage } from '../saved/saved-page.ts';
import { createTapShell } from '../server/tap-shell.ts';

const trains =
  '{"id":12345678901234567890,"to":"Bern","track":4,"note":"<img src=x onerror=alert(1)>"}';
const later =
  '{"id":12345678901234567890,"to":"Basel","track":4,"note":"<img src=x onerror=alert(1)>","late":true}';
const response = (headers: string, body: Uint8Array | string) =>
  Buffer.concat([
    Buffer.from(
      `HTTP/1.1 200 OK\r\n${headers}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`,
    ),
    Buffer.from(body as string),
  ]);
const json = 'Content-Type: application/json';
/** The body of each response, in order. */
const responses = [
  response(`${json}\r\nContent-Encoding: gzip`, gzipSync(trains)),
  response(json, later),
  response('Content-Type: image/png', Uint8Array.of(0x89, 0x50, 0, 1, 2, 3)),
  response('Content-Type: image/png', Uint8Array.of(0x89, 0x50, 1, 2, 9, 3)),
  response('Content-Type: text/plain', `${'a line\n'.repeat(9_000)}its end`),
  response(`X-Long: ${'x'.repeat(1_500)}!`, '{"a":'),
];
const form =
  '--b\r\nContent-Disposition: form-data; name="who"\r\n\r\nZoë\r\n--b\r\n' +
  'Content-Disposition: form-data; name="file"; filename="p.json"\r\n' +
  'Content-Type: application/json\r\n\r\n{"a":[]}\r\n--b--\r\n';

/** A run whose bytes are written here: client and server are sockets. */
async function stageRun() {
  const server = createServer();
  const { port } = await listen(server);
  const tap = createTap({ target: { host: '127.0.0.1', port } });
  const log = new WireLog(tap.recording, new LiveUnits(tap));
  const address = `127.0.0.1:${await tap.listen()}`;
  const accepted = once(server, 'connection');
  const client = connect(tap.port, '127.0.0.1');
  const [there] = (await accepted) as [Socket];
  client.resume();
  there.resume();
  const untilBodies = async (count: number) => {
    const bodies = () =>
      log.lines(0, 99).filter(({ kind }) => kind === 'body').length;
    while (bodies() < count) await once(log, 'grew');
  };
  for (const [index, bytes] of responses.entries()) {
    client.write(`GET /${index} HTTP/1.1\r\nHost: ${address}\r\n\r\n`);
    await once(there, 'data');
    there.write(bytes);
    await untilBodies(index + 1);
  }
  client.write(
    `POST /form HTTP/1.1\r\nHost: ${address}\r\nContent-Type: multipart/form-data; boundary=b\r\n` +
      `Content-Length: ${Buffer.byteLength(form)}\r\n\r\n${form}`,
  );
  await untilBodies(responses.length + 1);
  const shell = createTapShell({ log, tap, target: 'bells', address });
  const { origin } = await listen(shell.server);
  return {
    tap,
    origin,
    /** The number of the body with this place among all. */
    body: (index: number) =>
      log
        .lines(0, 99)
        .filter(({ kind }) => kind === 'body')
        .at(index)!.n,
    headers: (index: number) =>
      log
        .lines(0, 99)
        .filter(({ kind }) => kind === 'http/1.1 response headers')
        .at(index)!.n,
    /** Ends the exchange that is open. */
    respond: () => there.write('HTTP/1.1 204 No Content\r\n\r\n'),
    async end() {
      for (const socket of [client, there]) socket.destroy();
      await shell.close();
      await tap.close();
      server.close();
    },
  };
}

describeWithBrowser('a chosen unit', (browser) => {
  let page: Page;
  let run: Awaited<ReturnType<typeof stageRun>>;
  let said: string[] = [];

  beforeAll(async () => {
    const context = await browser().newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    page = await context.newPage();
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    run = await stageRun();
  });
  afterAll(async () => {
    await page.context().close();
    await run.end();
  });
  afterEach(() => {
    const words = said.splice(0);
    if (words.length > 0) throw new Error(`The page says: ${words.join()}`);
  });

  const choose = (n: number) =>
    page.evaluate((wanted) => {
      location.hash = `#unit-${wanted}`;
    }, n);
  const open = async (n: number, width = 1280) => {
    await page.goto('about:blank');
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${run.origin}/#unit-${n}`);
    await page.locator('.wire .unit h2').waitFor();
  };
  const tab = (name: string) => page.getByRole('tab', { name });
  const button = (name: string) =>
    page.getByRole('button', { name, exact: true });

  /** The text that is shown, once it is there. */
  const longText = async (within: Locator) => {
    const drawn = within.locator('.long-text', { hasText: /\S/ });
    await drawn.waitFor();
    return drawn.innerText();
  };

  test('shows what it carries, JSON with a line for each value and every digit', async () => {
    await open(run.body(0));
    await tab('Content').click();
    const view = page.getByRole('tabpanel', { name: 'Content' });
    await view
      .getByText(`application/json · ${trains.length} bytes, decoded from gzip`)
      .waitFor();
    expect(await longText(view)).toBe(
      '{\n  "id": 12345678901234567890,\n  "to": "Bern",\n  "track": 4,\n  "note": "<img src=x onerror=alert(1)>"\n}',
    );
    await button('As it came').click();
    expect(await longText(view)).toBe(trains);
    await button('As it came').click();
    expect(await page.locator('.wire img').count()).toBe(0);
  });

  test('says how long its exchange took', async () => {
    await open(run.body(1));
    await page
      .getByText(
        /^GET \/1: waiting [\d.]+ m?s · first byte [\d.]+ m?s · total [\d.]+ m?s$/,
      )
      .waitFor();
    await choose(run.body(-1));
    await page.getByText(/^POST \/form: still open$/).waitFor();
  });

  test('says of what is no text its type, its size and its bytes', async () => {
    await open(run.body(2));
    await tab('Content').click();
    await page.getByText('image/png · 6 bytes', { exact: true }).waitFor();
    await page.getByText('It is not text.').waitFor();
    expect(await page.locator('.wire .dump').innerText()).toMatch(
      /^00000000 {2}89 50 00 01 02 03 +\.P\.\.\.\.$/,
    );
  });

  test('shows the beginning of a long text, and all of it when that is wanted', async () => {
    await open(run.body(4));
    await tab('Content').click();
    const text = page.locator('.wire .content .long-text');
    await text.waitFor();
    expect(await text.textContent()).not.toContain('its end');
    await button('Show all 63,007 characters').click();
    expect(await text.textContent()).toContain('its end');
    expect(await text.locator('button').count()).toBe(0);
  });

  test('shows as much of it as it takes to see the text of the filter', async () => {
    await open(run.body(0));
    await button('Filter').click();
    await page.getByLabel('Only lines with this text').fill('ITS END');
    await page.getByRole('listbox').focus();
    await choose(run.body(4));
    await page.locator('.wire .content', { hasText: 'its end' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.role)).toBe(
      'listbox',
    );
  });

  test('shows all of a value that is longer than 1,000 characters', async () => {
    await open(run.headers(5));
    const value = page.locator('.wire .field .value', { hasText: 'xxx' });
    expect(await value.textContent()).not.toContain('!');
    await button('Show all 1,501 characters').click();
    expect(await value.textContent()).toBe(`${'x'.repeat(1_500)}!`);
  });

  test('says of JSON that ends too early that it does', async () => {
    await open(run.body(5));
    await tab('Content').click();
    await page.getByText('The JSON ends before it is complete.').waitFor();
    expect(await longText(page.locator('.wire'))).toBe('{\n  "a": ');
  });

  test('shows a form part by part', async () => {
    await open(run.body(-1));
    await tab('Content').click();
    const parts = page.locator('.wire .content section');
    await parts.nth(1).waitFor();
    expect(await parts.locator('h3').allInnerTexts()).toEqual([
      'who: 4 bytes',
      'file: file “p.json”, application/json, 8 bytes',
    ]);
    expect(await parts.locator('.long-text').allInnerTexts()).toEqual([
      'Zoë',
      '{\n  "a": []\n}',
    ]);
  });

  test('keeps what of it is shown from unit to unit, by keyboard', async () => {
    await open(run.body(0));
    await tab('Fields and bytes').focus();
    await page.keyboard.press('ArrowRight');
    expect(await tab('Content').getAttribute('aria-selected')).toBe('true');
    await choose(run.headers(1));
    await page.locator('.wire .field').first().waitFor();
    expect(await page.getByRole('tab').count()).toBe(0);
    await choose(run.body(1));
    await page.locator('.wire .content', { hasText: 'Basel' }).waitFor();
    await page.getByRole('listbox').focus();
    await page.keyboard.press('Enter');
    const focused = await page.evaluate(
      () => document.activeElement?.ariaLabel,
    );
    expect(focused).toBe('Content');
  });

  test('is copied, with a sentence where it cannot be', async () => {
    await open(run.body(1));
    await button('Copy as').click();
    await button('Text').click();
    await page.getByText(`Copied: ${later.length} characters.`).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      later,
    );
    await choose(run.body(2));
    await page.locator('.wire .unit h2', { hasText: '6 bytes' }).waitFor();
    await button('Text').click();
    await page.getByText('It is not text. Copy it as hex.').waitFor();
    said = said.filter((text) => !text.includes('400'));
    await button('Hex').click();
    await page.getByText('Copied: 17 characters.').waitFor();
    await button('Copy as').click();
  });

  test('stands beside another one, with the words that differ marked', async () => {
    await open(run.body(0));
    await button('Compare with…').click();
    await page.getByText('Choose the line that it is compared with.').waitFor();
    expect(await page.evaluate(() => document.activeElement?.role)).toBe(
      'listbox',
    );
    await choose(run.body(1));
    const table = page.getByRole('table', { name: 'Content' });
    await table.waitFor();
    await page.getByText('2 differences').waitFor();
    expect(await table.locator('del').allInnerTexts()).toEqual(['Bern']);
    expect(await table.locator('ins').allInnerTexts()).toEqual([
      'Basel',
      ',',
      '  "late": true',
    ]);
    await button('Next difference').click();
    await page.getByText('1 of 2 differences').waitFor();
    await button('Previous difference').click();
    await page.getByText('2 of 2 differences').waitFor();
    expect(await table.locator('.at ins').innerText()).toBe(',');

    // Others beside the same one, until that is stopped.
    await choose(run.body(2));
    await page
      .getByRole('heading', {
        name: `Unit ${run.body(0)} beside unit ${run.body(2)}`,
      })
      .waitFor();
    await button('Stop comparing').click();
    await button('Compare with…').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'Compare with…',
    );
  });

  test('stands beside another one byte by byte where they are no text', async () => {
    await open(run.body(2));
    await button('Compare with…').click();
    await choose(run.body(3));
    const table = page.getByRole('table', { name: 'Content' });
    await table.waitFor();
    expect(
      (await table.locator('del').allInnerTexts()).map((text) => text.trim()),
    ).toEqual(['00', '.']);
    expect(
      (await table.locator('ins').allInnerTexts()).map((text) => text.trim()),
    ).toEqual(['09', '.']);
    await button('Show unit ' + run.body(2)).click();
    await page.locator('.wire .unit h2', { hasText: '6 bytes' }).waitFor();
    await button('Compare with…').waitFor();
  });

  test('shows what is the same once where it is narrow, and one below the other', async () => {
    await open(run.body(0), 390);
    await button('Compare with…').click();
    await choose(run.body(1));
    const table = page.getByRole('table', { name: 'Content' });
    await table.waitFor();
    expect(await table.getByText('"id"').count()).toBe(2);
    expect(await table.getByText('"id"').nth(1).isVisible()).toBe(false);
    const [before, after] = [
      table.locator('del'),
      table.locator('ins').first(),
    ];
    const above = (await before.boundingBox())!;
    const below = (await after.boundingBox())!;
    expect(above.y + above.height).toBeLessThanOrEqual(below.y);
  });

  for (const width of [1280, 390])
    for (const colorScheme of ['light', 'dark'] as const)
      test(`has no fault that axe finds, ${colorScheme}, ${width} px`, async () => {
        await page.emulateMedia({ colorScheme });
        await open(run.body(0), width);
        await tab('Content').click();
        await button('Copy as').click();
        expect(await accessibilityViolations(page)).toEqual([]);
        const row = { '.line .summary': 'one row; the unit has all of it' };
        expect(await geometryFaults(page, row)).toEqual([]);
        await button('Compare with…').click();
        expect(await accessibilityViolations(page)).toEqual([]);
        await choose(run.body(1));
        await page.getByRole('table', { name: 'Content' }).waitFor();
        expect(await accessibilityViolations(page)).toEqual([]);
        expect(await geometryFaults(page, row)).toEqual([]);
      });

  test('is the same in the page of a saved run, which loads nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'unit-'));
    try {
      const file = join(folder, 'run.html');
      await writeFile(file, await makeSavedPage(saveRun(run.tap), 'bells'));
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.goto(`${pathToFileURL(file)}#unit-${run.body(0)}`);
      await tab('Content').click();
      await page
        .locator('.wire .content', { hasText: '"to": "Bern"' })
        .waitFor();
      await button('Copy as').click();
      await button('Text').click();
      await page.getByText(`Copied: ${trains.length} characters.`).waitFor();
      await button('Compare with…').click();
      await choose(run.body(1));
      await page.getByText('2 differences').waitFor();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  // The last one: what was open is complete after it.
  test('says the times of an open exchange again when it goes on', async () => {
    await open(run.body(-1));
    await page.getByText(/^POST \/form: still open$/).waitFor();
    run.respond();
    await page
      .getByText(
        /^POST \/form: waiting [\d.]+ m?s · first byte [\d.]+ m?s · total [\d.]+ m?s$/,
      )
      .waitFor();
  });
});
