import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
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

describeWithBrowser('following a connection', (browser) => {
  test('shows both sides as text, goes on with them, and can be copied', async () => {
    let stream: ServerResponse | undefined;
    const server = createServer((request, response) => {
      stream = response.setHeader('Content-Type', 'text/event-stream');
      response.write('data: Grüezi\n\n');
      request.resume();
    });
    const { origin } = await listen(server);
    const tap = await runTap(
      origin,
      { page: true, wire: 'lines', faults: [] },
      () => {},
    );
    const page = await browser().newPage({ reducedMotion: 'reduce' });
    await page
      .context()
      .grantPermissions(['clipboard-read', 'clipboard-write']);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => errors.push(message.text()));
    await page.goto(tap.page!);
    const opener = page.getByRole('toolbar').getByRole('button', {
      name: 'Follow',
    });
    await opener.click();
    await page.getByText('Choose a line, then press f').waitFor();
    await opener.click();

    const response = await fetch(tap.address, {
      method: 'POST',
      headers: { Authorization: 'Bearer opensesame' },
      body: '{"order":7}',
    });
    const line = page.locator('.wire .line', { hasText: 'body: 11 bytes' });
    await line.click();
    await page.getByRole('heading', { name: 'body: 11 bytes' }).waitFor();
    await page.getByRole('listbox', { name: 'Units' }).press('f');
    const said = page.getByRole('log', { name: 'Conversation' });
    await said.getByText('Grüezi').waitFor();
    const parts = async () =>
      (await said.getByRole('article').allInnerTexts()).map((text) =>
        text.replaceAll(/\s+/g, ' '),
      );
    expect(await parts()).toEqual([
      expect.stringMatching(/^opened from port/),
      expect.stringMatching(
        /→ client to server: headers .* s POST \/ HTTP\/1.1 /,
      ),
      expect.stringMatching(/→ client to server: body.* {"order":7}$/),
      expect.stringMatching(/← server to client: headers .* 200 OK /),
      expect.stringMatching(/← server to client: event .* Grüezi$/),
    ]);
    expect(
      await said.locator('[data-chosen]').getByRole('button').innerText(),
    ).toMatch(/^body/);

    stream!.write('data: Adieu\n\n');
    await said.getByText('Adieu').waitFor();
    expect(await parts()).toHaveLength(6);

    const allowed = { '.line .summary': 'one row; the unit has all of it' };
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await accessibilityViolations(page)).toEqual([]);
        expect(await geometryFaults(page, allowed)).toEqual([]);
      }
    }

    const panel = page.locator('.wire .follow');
    const copyAll = async () => {
      await panel.getByRole('button', { name: 'Copy all as text' }).click();
      await panel.getByText('Copied').waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    await said.getByText('Bearer opensesame').waitFor();
    expect(await copyAll()).toMatch(/authorization: \*{17}\n/i);
    await panel.getByLabel('with secrets as they are').check();
    const copied = await copyAll();
    expect(copied).toMatch(/authorization: Bearer opensesame\n/i);
    expect(copied).toMatch(
      /→ client to server, body, text\/plain\n{"order":7}\n--- .* ← server to client, headers\nHTTP\/1.1 200 OK\n/,
    );

    // Of a line that is no unit, too.
    await panel.getByLabel('with secrets as they are').uncheck();
    await said.getByRole('button', { name: 'opened' }).click();
    await page.getByRole('listbox', { name: 'Units' }).press('f');
    await panel.locator('[data-chosen]', { hasText: 'opened' }).waitFor();
    const ofNote = await copyAll();
    expect(ofNote).not.toContain('saved');
    expect(ofNote).toContain('{"order":7}');
    expect(ofNote).not.toContain('opensesame');

    await said.getByRole('button', { name: 'event' }).last().click();
    await page.getByRole('heading', { name: 'event: 13 bytes' }).waitFor();
    expect(errors).toEqual([]);
    await page.close();
    await response.body!.cancel();
    await tap.stop();
    server.closeAllConnections();
    server.close();
  });

  test('stays with what was chosen last, though it was read first', async () => {
    const server = createServer((_request, response) => response.end('bye'));
    const { origin } = await listen(server);
    const tap = await runTap(
      origin,
      { page: true, wire: 'lines', faults: [] },
      () => {},
    );
    const page = await browser().newPage({ reducedMotion: 'reduce' });
    await page.goto(tap.page!);
    const headers = { Connection: 'close' };
    for (const path of ['first', 'second'])
      await (await fetch(`${tap.address}${path}`, { headers })).text();
    const held = Promise.withResolvers<void>();
    await page.route(/conversation\?unit=1&/, async (route) => {
      await held.promise;
      await route.continue();
    });
    const follow = async (text: string) => {
      const line = page.locator('.wire .line', { hasText: text });
      await line.first().click();
      await page.getByRole('listbox', { name: 'Units' }).press('f');
    };
    const asked = page.waitForRequest(/conversation\?unit=1&/);
    await follow('GET /first');
    await asked;
    await follow('GET /second');
    const title = page.locator('.follow h2');
    await title.filter({ hasText: 'Connection 2' }).waitFor();
    const came = page.waitForResponse(/conversation\?unit=1&/);
    held.resolve();
    await (await came).finished();
    await page.evaluate(async () => (await fetch('/wire/faults')).text());
    expect(await title.textContent()).toBe('Connection 2');
    await page.close();
    await tap.stop();
    server.closeAllConnections();
    server.close();
  });

  test('begins at what was chosen in a long one, and pages through the rest', async () => {
    const began = 1_700_000_000_000;
    const reads = Array.from({ length: 500 }, (_, i) => ({
      direction: i % 2 === 0 ? ('up' as const) : ('down' as const),
      time: began + i,
      bytes: Buffer.from(
        i % 2 === 0
          ? `GET /${i} HTTP/1.1\r\nHost: a\r\n\r\n`
          : `HTTP/1.1 200 OK\r\nETag: "${i}"\r\nContent-Length: 0\r\n\r\n`,
      ),
    }));
    const connection = {
      id: 1,
      realPort: 3000,
      secure: false,
      start: began,
      reads,
      ends: [],
      comments: [],
    };
    const folder = await mkdtemp(join(tmpdir(), 'follow-'));
    const file = join(folder, 'run.html');
    const pcapng = writePcapng({ connections: [connection] });
    await writeFile(file, await makeSavedPage(pcapng, 'long', 301));
    const page = await browser().newPage();
    await page.goto(pathToFileURL(file).href);
    await page.getByRole('heading', { name: 'GET /300' }).waitFor();
    await page
      .getByRole('region', { name: 'The chosen unit' })
      .getByRole('button', { name: 'Follow' })
      .click();
    const said = page.getByRole('log', { name: 'Conversation' });
    await said.getByText('GET /300 HTTP/1.1').waitFor();
    expect(await said.getByText('GET /298 HTTP/1.1').count()).toBe(0);
    await said.getByRole('button', { name: 'Show from the beginning' }).click();
    await said.getByText('GET /0 HTTP/1.1').waitFor();
    for (const last of ['/398', '/498']) {
      await said.getByRole('button', { name: 'Show more' }).click();
      await said.getByText(`GET ${last} HTTP/1.1`).waitFor();
    }
    expect(await said.getByRole('button', { name: 'Show more' }).count()).toBe(
      0,
    );
    // The opening before them all, and after them that it goes on.
    const articles = said.getByRole('article');
    expect(await articles.count()).toBe(502);
    expect(await articles.last().innerText()).toMatch(/^still open/);
    await page.close();
    await rm(folder, { recursive: true });
  });
});
