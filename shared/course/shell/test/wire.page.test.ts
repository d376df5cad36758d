import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createTap } from '@on-the-wire/tap/tap.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { WireLog } from '@on-the-wire/viewer/live/log.ts';
import { SavedRun } from '@on-the-wire/viewer/saved/saved.ts';
import { readPcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { SECRETS } from '@on-the-wire/wire/masking/secrets.ts';
import { createShell } from '../server.ts';
import { makeLessonFolder, State } from './stage.ts';

const request = 'GET /%3Cb%3E?<img/src=x> HTTP/1.1\r\nHost: a\r\n\r\n';
const head =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n' +
  'X-Evil: <img src=x onerror=alert(1)>\r\n' +
  'Transfer-Encoding: chunked\r\n\r\n';
const hostile =
  'event: <script>alert(1)</script>\n' +
  'id: \u202egnp.exe\ndata: <img src=x onerror="alert(1)">\u0007\n\n';
const chunk = (text: string) =>
  `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

/** A run whose bytes the test writes itself: client and server are sockets. */
async function stageRun(kept?: number) {
  const server = createServer((socket) => socket.on('error', () => {}));
  const { port } = await listen(server);
  const tap = createTap({ target: { host: '127.0.0.1', port } });
  const log = new WireLog(tap.recording, new LiveUnits(tap), kept);
  const lessonPort = await tap.listen();
  const state = new State();
  // Then the shell does not open a page, which would speak on the wire too.
  state.set({ status: 'starting' });
  const { root, folder, progress } = await makeLessonFolder();
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
    progress,
  });
  const { origin } = await listen(shell.server);
  const sockets: Socket[] = [];
  return {
    log,
    tap,
    origin,
    /** Opens a connection; both ends, each with what it has to write. */
    async connect() {
      const accepted = once(server, 'connection');
      const client = connect(lessonPort, '127.0.0.1').on('error', () => {});
      const [there] = (await accepted) as [Socket];
      sockets.push(client, there);
      client.resume();
      there.resume();
      return { client, server: there };
    },
    async end() {
      for (const socket of sockets) socket.destroy();
      await shell.close();
      await tap.close();
      server.close();
      await rm(root, { recursive: true });
    },
  };
}

describeWithBrowser('the wire in the shell', (browser) => {
  let page: Page;
  let run: Awaited<ReturnType<typeof stageRun>>;
  let said: string[] = [];

  beforeAll(async () => {
    page = await browser().newPage({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('dialog', (dialog) => {
      said.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    run = await stageRun();
    const { client, server } = await run.connect();
    let arrived = 0;
    client.on('data', ({ length }) => (arrived += length));
    client.write(request);
    await once(server, 'data');
    server.write(head);
    // Two reads, cut within the event.
    const bytes = Buffer.from(chunk(hostile) + chunk('data: 2\n\n'));
    server.write(bytes.subarray(0, 40));
    while (
      !run.log
        .lines(0, 99)
        .some(({ kind }) => kind.endsWith('response headers'))
    )
      await once(run.log, 'grew');
    while (arrived < head.length + 40) await once(client, 'data');
    server.write(bytes.subarray(40));
    while (run.log.counts.updates < 2) await once(run.log, 'grew');
  });
  afterAll(() => run.end());
  afterEach(() => {
    const words = said.filter((text) => !/\b40[04]\b/.test(text));
    said = [];
    if (words.length > 0) throw new Error(`The page says: ${words.join()}`);
  });

  const open = async (path = '/', width = 1280) => {
    await page.goto('about:blank');
    await page.setViewportSize({ width, height: 800 });
    await page.goto(run.origin + path);
    await page.locator('.wire .line').first().waitFor();
  };
  const line = (text: string) => page.locator('.wire .line', { hasText: text });
  const untilLines = (count: number) =>
    page.waitForFunction(
      (wanted) => document.querySelectorAll('.wire .line').length === wanted,
      count,
    );
  const status = (text: string) =>
    page.locator('.wire .status', { hasText: text }).waitFor();

  test('shows a line for each unit, with time, connection, size', async () => {
    await open();
    await line('event: 9 bytes').waitFor();
    expect(await line('200 OK: status line and headers').innerText()).toMatch(
      /^\d+\.\d{3}\s+#1\s+←\s+from the server:\s+200 OK: status line and headers, \d+ bytes, text\/event-stream\s+\d+ B$/,
    );
    const numbers = await page
      .locator('.wire .line')
      .evaluateAll((lines) =>
        lines.map((each) => Number((each as HTMLElement).dataset['n'])),
      );
    // The two chunks, 4 and 6, are folded into their events.
    expect(numbers).toEqual([0, 1, 2, 3, 5]);
    await status('7 lines');
  });

  test('lights up the bytes of a field, and the field of a byte', async () => {
    await open();
    await line('200 OK: status line and headers').click();
    const field = page.locator('.wire .field', { hasText: 'X-Evil' });
    await field.hover();
    const lit = page.locator('.wire .byte.lit');
    const text = (await lit.allInnerTexts())
      .map((byte) => String.fromCharCode(parseInt(byte, 16)))
      .join('');
    expect(text).toContain('X-Evil: <img src=x onerror=alert(1)>');
    await page.locator('.wire .byte').first().hover();
    expect(await page.locator('.wire .field.lit').count()).toBe(1);
    expect(await page.locator('.wire .field.lit .value').innerText()).toBe(
      'HTTP/1.1',
    );
  });

  test('says in how many reads a unit came, and where they begin', async () => {
    await open();
    await line('<script>').last().click();
    await page
      .getByText('It came in 2 reads: a read is not a message.')
      .waitFor();
    const begins = page.locator('.wire .byte[data-read]');
    expect(await begins.count()).toBeGreaterThan(0);
  });

  test('moves through lines, fields and bytes by keyboard', async () => {
    await open();
    const timeline = page.getByRole('listbox');
    await timeline.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.locator('.wire h2', { hasText: 'GET /' }).waitFor();
    const active = await timeline.getAttribute('aria-activedescendant');
    expect(active).toBe('wire-line-1');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    const focused = () =>
      page.evaluate(() => document.activeElement?.textContent ?? '');
    expect(await focused()).toContain('target');
    expect(await page.locator('.wire .byte.lit').count()).toBeGreaterThan(5);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('45'); // the E of GET
    expect(await page.locator('.wire .field.lit .name').innerText()).toBe(
      'method',
    );
    await page.keyboard.press('Escape');
    expect(await page.locator('.wire .unit').isVisible()).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.role)).toBe(
      'listbox',
    );
  });

  test('opens the unit of a link', async () => {
    await open('/#unit-2');
    await page.locator('.wire h2', { hasText: '200 OK' }).waitFor();
    await open('/#unit-999');
    await page.getByText('Unit 999 is no longer kept.').waitFor();
  });

  test('says nothing of a unit that cannot be read, once another is chosen', async () => {
    await open();
    const held = Promise.withResolvers<void>();
    await page.route('**/wire/units/1', async (route) => {
      await held.promise;
      await route.fulfill({ status: 400, body: 'It is gone.' });
    });
    const asked = page.waitForRequest('**/wire/units/1');
    await line('GET /').click();
    await asked;
    await line('200 OK').click();
    const heading = page.locator('.wire h2', { hasText: '200 OK' });
    await heading.waitFor();
    const came = page.waitForResponse('**/wire/units/1');
    held.resolve();
    await (await came).finished();
    await page.evaluate(async () => (await fetch('/wire/faults')).text());
    expect(await heading.isVisible()).toBe(true);
    await page.unroute('**/wire/units/1');
  });

  test('filters, pauses and clears', async () => {
    await open();
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByLabel('Only lines with this text').fill('SCRIPT');
    await status('1 of ');
    await untilLines(1);
    await page.getByLabel('Only lines with this text').fill('');
    await page.getByLabel('Kind').selectOption('headers');
    await untilLines(2);
    await page
      .getByRole('group', { name: 'Filter' })
      .getByLabel('Direction')
      .selectOption('up');
    await untilLines(1);
    await page.getByLabel('Kind').selectOption('');
    await page
      .getByRole('group', { name: 'Filter' })
      .getByLabel('Direction')
      .selectOption('');

    await page.getByRole('button', { name: 'Pause' }).click();
    const { client } = await run.connect();
    client.write(request);
    await status('Paused; 2 lines wait');
    await page.getByRole('button', { name: 'Pause' }).click();
    await line('#2').nth(1).waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await status('0 lines');
    await untilLines(0);
  });

  test('saves the run, with the unit that was chosen', async () => {
    await open();
    await line('<script>').first().click();
    await page.locator('.wire h2', { hasText: '<script>' }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Save as pcapng' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^bells-[-\d]+\.pcapng$/);
    const saved = new SavedRun(readPcapng(await readFile(await file.path())));
    expect(saved.lines[saved.chosen!]!.summary).toContain('<script>');
  });

  test('says beside Save what becomes asterisks, in the words of the list', async () => {
    await open();
    await page.getByRole('button', { name: 'Save' }).click();
    const list = page.locator('.wire .save dl');
    expect(await list.isVisible()).toBe(false);
    await page.getByText('What becomes asterisks').focus();
    await page.keyboard.press('Enter');
    for (const { what, where } of SECRETS) {
      await list.getByText(what, { exact: true }).waitFor();
      await list.getByText(where, { exact: true }).waitFor();
    }
    await page.setViewportSize({ width: 390, height: 844 });
    const width = await page.evaluate(
      () => document.documentElement.scrollWidth - innerWidth,
    );
    expect(width).toBeLessThanOrEqual(0);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityViolations(page)).toEqual([]);
    }
  });

  test('makes no markup of what a server sends', async () => {
    await open();
    await line('<script>').first().click();
    await page.locator('.wire .field').first().waitFor();
    const inside = page.locator('.wire :is(script, img, b)');
    expect(await inside.count()).toBe(0);
    const shown = await page.locator('.wire').innerText();
    expect(shown).toContain('<img src=x onerror="alert(1)">');
    for (const unseen of ['\u202e', '\u0007'])
      expect(shown).not.toContain(unseen);
  });

  test('breaks the network from the panel, and mends it', async () => {
    await open();
    const { tap } = run;
    const button = (name: string) =>
      page.getByRole('button', { name, exact: true });
    await button('Break it').click();
    await button('Not localhost').click();
    await button('Broken: 3 faults').waitFor();
    const names = () => tap.faults.map(({ name }) => name);
    expect(names()).toEqual(['latency', 'joiner', 'slicer']);

    // One of them with other numbers; what makes no sense changes nothing.
    const chip = (name: string) =>
      page.locator(`[data-control="fault-chip:${name}"]`).click();
    await chip('latency');
    const latency = page.getByRole('form', { name: 'latency' });
    await latency.getByLabel('how long').fill('300ms');
    await button('Break with latency').click();
    await page.getByText('Holds each read for 300 ms').waitFor();
    await latency.getByLabel('how long').fill('soon');
    await button('Break with latency').click();
    const alert = page.locator('.faults [role=alert]');
    await alert
      .getByText('expected 0 ms to 1 min for delay, found "soon"')
      .waitFor();
    expect(tap.faults.at(-1)!.values).toEqual({ delay: 300, jitter: 0 });

    // Of alternatives one is chosen; a fault may strike one way.
    await chip('reset');
    const reset = page.getByRole('form', { name: 'reset' });
    await reset.getByLabel('What decides').selectOption({ index: 1 });
    await reset.getByLabel('Direction').selectOption('from the server');
    await reset.getByLabel('how long').fill('9s');
    await button('Break with reset').click();
    await button('Broken: 4 faults').waitFor();
    expect(tap.faults.at(-1)).toEqual({
      name: 'reset',
      direction: 'down',
      values: { bytes: 0, time: 9_000, mean: 0 },
    });

    expect(await accessibilityViolations(page)).toEqual([]);
    const wire = page.locator('#shell-wire');
    await wire.getByRole('button', { name: 'Mend slicer' }).click();
    await button('Broken: 3 faults').waitFor();
    await button('Mend all').click();
    await button('Break it').waitFor();
    expect(names()).toEqual([]);

    const { client } = await run.connect();
    const cut = new Promise((closed) => client.once('close', closed));
    await button('Cut now').click();
    await cut;
    await line('RST: the connection was reset').last().waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 390])
      test(`axe finds nothing, ${colorScheme}, ${width} px`, async () => {
        await page.emulateMedia({ colorScheme });
        await open('/#unit-2', width);
        await page.locator('.wire .field').first().waitFor();
        await page.getByRole('button', { name: 'Filter' }).click();
        expect(await accessibilityViolations(page)).toEqual([]);
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - innerWidth,
        );
        expect(wide).toBeLessThanOrEqual(0);
      });
});

describeWithBrowser('a run in which something is malformed', (browser) => {
  let page: Page;
  let run: Awaited<ReturnType<typeof stageRun>>;

  beforeAll(async () => {
    run = await stageRun();
    page = await browser().newPage();
  });
  afterAll(async () => {
    await page.close();
    await run.end();
  });

  test('shows in red what is wrong: the whole line, or its end', async () => {
    await page.goto(run.origin);
    const { client, server } = await run.connect();
    client.write(request);
    server.write('HTTP/1.1 204 OK\r\nContent-Length: 1\r\n\r\nx');
    const wrong = page.locator('.wire .line .problem');
    await wrong.nth(1).waitFor();
    expect(await wrong.allInnerTexts()).toEqual([
      ' — expected no Content-Length in a 204 (RFC 9110, 8.6)',
      expect.stringContaining('expected no body after 204'),
    ]);
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test('tells a note whole, beside the button that closes it', async () => {
    await page.locator('.wire .line', { hasText: 'opened' }).click();
    const note = page.locator('.wire .unit-body p');
    const { x, width } = (await note.boundingBox())!;
    const button = page.getByRole('button', { name: 'Close' });
    expect(x + width).toBeLessThan((await button.boundingBox())!.x);
  });
});

describeWithBrowser('a run of very many units', (browser) => {
  test('is shown live, none is lost, and the page never stalls', async () => {
    const run = await stageRun();
    const page = await browser().newPage({
      viewport: { width: 1280, height: 800 },
    });
    await page.goto(run.origin);
    const { client, server } = await run.connect();
    client.write(request);
    server.write(head);
    await page.locator('.wire .line', { hasText: '200 OK' }).waitFor();
    await page.evaluate(() => {
      const most = { added: 0 };
      Object.assign(globalThis, { most });
      new MutationObserver((records) => {
        const added = records.reduce((sum, record) => {
          return sum + record.addedNodes.length;
        }, 0);
        most.added = Math.max(most.added, added);
      }).observe(document.body, { childList: true, subtree: true });
    });
    // 2,000 units every second, as fast as the page's own clock goes.
    const event = chunk('data: a train departs\n\n');
    const before = run.log.end;
    for (let round = 0; round < 10; round++) {
      server.write(event.repeat(1_000));
      while (run.log.end < before + (round + 1) * 2_000)
        await once(run.log, 'grew');
    }
    const all = run.log.end.toLocaleString('en');
    await page.locator('.wire .status', { hasText: `${all} lines` }).waitFor();
    const most = await page.evaluate(
      () => (globalThis as unknown as { most: { added: number } }).most.added,
    );
    // At once it draws what is to be seen, however much came; how long that
    // takes is the machine's affair, and measured by `pnpm bench wire`.
    expect(most).toBeLessThan(100);
    expect(await page.locator('.wire .line').count()).toBeLessThan(100);
    await page.getByRole('listbox').focus();
    await page.keyboard.press('End');
    // The last line of all is the chunk of the last event.
    await page
      .locator(`#wire-line-${run.log.end - 2}[aria-selected=true]`)
      .waitFor();
    await page.keyboard.press('Home');
    await page.locator('#wire-line-0[aria-selected=true]').waitFor();
    await page.close();
    await run.end();
  });
});
