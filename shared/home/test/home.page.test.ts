import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  test,
} from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Locator, Page, Route } from 'playwright-core';
import { findExercises } from '@on-the-wire/course/exercise/exercises.ts';
import { noteVerdict } from '@on-the-wire/course/exercise/progress.ts';
import { noteLesson } from '@on-the-wire/course/progress/lesson-progress.ts';
import { nothingAround } from '@on-the-wire/course/shell/test/around.ts';
import { tutorialSteps } from '@on-the-wire/course/way/steps.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import {
  findLesson,
  findLessons,
} from '@on-the-wire/course/harness/lessons.ts';
import type { Shell } from '@on-the-wire/viewer/server/guarded-server.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { openBrowser } from '@on-the-wire/browser/browser.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { respondLate } from '@on-the-wire/testing/respond-late.ts';
import { dateInWords } from '../date-in-words.ts';
import { createHome } from '../server.ts';
import { eachMeasured } from '../table-message.ts';

/** Stands for what is started: a page for every path. */
const lessonPage = createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end('<!doctype html><title>Started</title>');
});
const folder = mkdtempSync(join(tmpdir(), 'home-'));
const progress = join(folder, 'progress.json');
afterAll(() => rmSync(folder, { recursive: true }));

describeWithBrowser('the home page', (browser) => {
  let home: Shell;
  let lessons: string;
  let context: BrowserContext;
  let page: Page;
  let origin: string;
  const started: string[] = [];

  beforeAll(async () => {
    lessons = (await listen(lessonPage)).origin;
    home = createHome({
      lessons: findLessons(),
      progress,
      around: {
        ...nothingAround,
        async startLesson(name) {
          started.push(name);
          if (name === 'http2') throw new UsageError('Port 4000 is in use.', 1);
          return `${lessons}/${name}`;
        },
        async startExercise(id) {
          started.push(id);
          return `${lessons}/${id}`;
        },
        running: () => new Map(started.map((what) => [what, lessons])),
      },
    });
    ({ origin } = await listen(home.server));
    context = await browser().newContext();
    page = await context.newPage();
  });
  afterAll(async () => {
    await home.close();
    lessonPage.closeAllConnections();
    lessonPage.close();
  });
  afterEach(() => page.evaluate(() => localStorage.clear()));
  beforeEach(async () => {
    started.length = 0;
    rmSync(progress, { force: true });
    await page.goto(origin);
    await page.locator('#shell-table button').first().waitFor();
  });

  const cell = (row: string, column: number) =>
    page.getByRole('row', { name: row }).getByRole('button').nth(column);
  const text = async (selector: string) => await page.textContent(selector);

  test.each(['light', 'dark'] as const)(
    'has nothing that axe finds wrong, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityViolations(page)).toEqual([]);
      await cell('Compression', 3).click();
      await page.locator('.cell .listing').waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
    },
  );

  test.each(['light', 'dark'] as const)(
    'covers and cuts off no text, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await geometryFaults(page)).toEqual([]);
      }
      await page
        .locator('details')
        .evaluateAll((folds) =>
          folds.forEach((fold) => fold.setAttribute('open', '')),
        );
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await geometryFaults(page)).toEqual([]);
      }
    },
  );

  test('has all lessons, with their exercises', async () => {
    const titles = await page.locator('.card h3').allTextContents();
    expect(titles).toEqual(findLessons().map(({ manifest }) => manifest.title));
    const card = page.locator('.card').nth(1);
    await card.locator('summary').click();
    expect(await card.locator('li').count()).toBe(5);
    expect(await card.locator('li').first().textContent()).toMatch(
      /^sse\/1 Write the event 15 min/,
    );
    expect(await card.locator('li code').allTextContents()).toContain(
      `${pnpm} exercise sse/1`,
    );
  });

  test('what opens in one lesson moves nothing beside it', async () => {
    const size = (of: Locator) => of.boundingBox();
    const card = page.locator('.card').nth(1);
    const before = page.locator('.card').first();
    const after = page.locator('.card').nth(2);
    const was = [await size(before), await size(after)] as const;
    await card.locator('summary').click();
    await card.locator('li').first().waitFor();
    expect(await size(before)).toEqual(was[0]);
    // It is lower, and as large as it was.
    const now = await size(after);
    expect(now).toMatchObject({
      width: was[1]!.width,
      height: was[1]!.height,
    });
    const gap = now!.y - (await size(card))!.y - (await size(card))!.height;
    expect(gap).toBeLessThan(20);
  });

  test('shows a cell: what was said, what holds, its code', async () => {
    await cell('Binary data transfers', 3).click();
    expect(await text('#shell-cell-title')).toBe(
      'Binary data transfers: WebSocket',
    );
    expect(await text('.cell .today')).toBe(
      'Over HTTP/1.1: yes. In 2016: limited.',
    );
    await page.locator('.cell .listing').waitFor();
    const line = Number(/:(\d+)$/.exec((await text('.cell .file'))!)![1]);
    const lines = (await text('.cell .listing code'))!.split('\n');
    expect(lines[line - 1]).toBe('    claim({');
    expect(lines[line]).toBe("      column: 'websocket',");
    // It stands at the top of what is seen.
    const [code, first] = await Promise.all(
      ['.cell .code', `#L${line}`].map((each) =>
        page.locator(each).boundingBox(),
      ),
    );
    expect(Math.abs(first!.y - code!.y)).toBeLessThan(8);
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog[open]').count()).toBe(0);
  });

  test.each(['1.1', '2'] as const)(
    'runs a claim in this browser over HTTP/%s, and shows its units',
    async (http) => {
      const word = http === '2' ? 'all eight' : 'six';
      await page.check(`[name=http][value="${http}"]`);
      expect(await cell('Many to one origin', 2).textContent()).toBe(word);
      await cell('Many to one origin', 2).click();
      await page.click('#shell-run');
      await page.locator('#shell-units').waitFor();
      expect(await text('#shell-outcome')).toMatch(
        new RegExp(`^✓ ${word}: .+\\.$`),
      );
      const [units] = await Promise.all([
        context.waitForEvent('page'),
        page.click('#shell-units'),
      ]);
      // It opens at the first unit of the claim, not of the page around it.
      const active = units.locator('[aria-activedescendant]');
      const id = await active.getAttribute('aria-activedescendant');
      const first = http === '2' ? 'HEADERS' : 'GET /events';
      expect(await units.textContent(`#${id}`)).toContain(first);
      expect(await units.title()).toBe(
        `Many to one origin: Server-Sent Events, HTTP/${http} · On the Wire`,
      );
      await units.close();
      await page.keyboard.press('Escape');
      expect(await cell('Many to one origin', 2).textContent()).toBe(
        `${word} ✓ shown`,
      );
      expect(await page.locator('iframe').count()).toBe(0);
    },
  );

  test('says how an ordinary browser gets to the claims over HTTP/2', async () => {
    // One that trusts no certificate of this machine.
    const ordinary = await openBrowser();
    try {
      const window = await ordinary.newContext();
      const its = await window.newPage();
      await its.goto(origin);
      const notice = its.locator('#shell-refused');
      await its.check('[name=http][value="2"]');
      await notice.waitFor();
      const addresses = await notice.getByRole('link').allTextContents();
      expect(await notice.innerText()).toContain('“Privacy error”');
      expect(addresses).toEqual([
        expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+\/$/),
        expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+\/$/),
        expect.stringMatching(/^https:\/\/localhost:\d+\/$/),
      ]);
      expect(
        await its.getByRole('button', { name: 'Run all' }).isDisabled(),
      ).toBe(true);
      const many = its.getByRole('row', { name: 'Many to one origin' });
      await many.getByRole('button').nth(2).click();
      expect(await its.locator('#shell-run').isDisabled()).toBe(true);
      expect(await its.textContent('#shell-outcome')).toContain(
        'does not accept the certificate',
      );
      await its.keyboard.press('Escape');
      expect(await accessibilityViolations(its)).toEqual([]);
      // Over HTTP/1.1 there is nothing to accept.
      await its.check('[name=http][value="1.1"]');
      await notice.waitFor({ state: 'hidden' });
      expect(
        await its.getByRole('button', { name: 'Run all' }).isEnabled(),
      ).toBe(true);
      await its.check('[name=http][value="2"]');
      await notice.waitFor();

      // Its reader says so, to the page that Chromium shows for each address.
      for (const address of addresses) {
        const tab = await window.newPage();
        await tab.goto(address).catch(() => {});
        if (!(await tab.title()).startsWith('Accepted')) {
          // As the notice says.
          expect(await tab.title()).toBe('Privacy error');
          await tab.locator('body').waitFor();
          await tab.keyboard.type('thisisunsafe');
          await tab.getByText('Your browser accepts this address').waitFor();
        }
        await tab.close();
      }
      await its.bringToFront();
      // What does not respond within 3 s counts as refused: it looks again.
      await its.waitForFunction(
        () => {
          dispatchEvent(new Event('focus'));
          return document.querySelector<HTMLElement>('#shell-refused')!.hidden;
        },
        undefined,
        { polling: 1_000 },
      );
      await many.getByRole('button').nth(2).click();
      await its.click('#shell-run');
      await its.locator('#shell-units').waitFor();
      expect(await its.textContent('#shell-outcome')).toMatch(/^✓ all eight: /);
    } finally {
      await ordinary.close();
    }
  });

  test('ends with the claim that runs, however often Stop is pressed', async () => {
    const button = page.locator('#shell-run-all');
    await button.click();
    await page.locator('#shell-table [data-state=running]').waitFor();
    await button.dblclick();
    await button.filter({ hasText: 'Run all' }).waitFor();
    expect(await text('#shell-sum')).toMatch(/^(?!64)\d+ of 64 run: /);
  });

  test('a claim that has ended changes nothing of another that runs', async () => {
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    const held = [first, second];
    const asked = page.waitForRequest('**/claims/judge');
    await page.route('**/claims/judge', async (route) => {
      await held.shift()?.promise;
      await route.continue();
    });
    try {
      await cell('Survives a cut by itself', 0).click();
      await page.click('#shell-run');
      await asked;
      await page.keyboard.press('Escape');
      const again = page.waitForRequest('**/claims/judge');
      await cell('Survives a cut by itself', 2).click();
      await page.click('#shell-run');
      await again;
      first.resolve();
      await page.locator('[data-state=holds]').waitFor();
      expect(await page.isDisabled('#shell-run')).toBe(true);
      second.resolve();
      await page.locator('#shell-units').waitFor();
    } finally {
      // Else each test that comes after would wait for it.
      first.resolve();
      second.resolve();
      await page.unroute('**/claims/judge');
    }
  });

  test('resets the connections of a claim that needs it', async () => {
    await cell('Survives a cut by itself', 2).click();
    await page.click('#shell-run');
    await page.locator('#shell-units').waitFor();
    expect(await text('#shell-outcome')).toMatch(/^✓ yes: /);
    // The units of the old outcome are not those of the new one.
    await page.click('#shell-run');
    expect(await page.locator('#shell-units').isVisible()).toBe(false);
    await page.locator('#shell-units').waitFor();
  });

  test.each([
    ['1.1', 'set, by their SameSite: cookies without, Lax, Strict, None;'],
    // An https frame in an http page is itself of another site.
    ['2', 'set, by their SameSite: no cookie;'],
  ])(
    'opens a WebSocket from a page of another site, over HTTP/%s',
    async (http, evidence) => {
      await page.check(`[name=http][value="${http}"]`);
      await cell('The rule for other origins', 3).click();
      await page.click('#shell-run');
      await page.locator('#shell-units').waitFor();
      expect(await text('#shell-outcome')).toContain(`✓ none: ${evidence}`);
      expect(await text('#shell-outcome')).toMatch(
        /of a page of another site: (no cookie|cookies None)\.$/,
      );
    },
  );

  test('resumes a WebSocket with code, where no cookie may be set', async () => {
    await page.check('[name=http][value="2"]');
    await cell('Resumes by itself', 3).click();
    await page.click('#shell-run');
    await page.locator('#shell-units').waitFor();
    expect(await text('#shell-outcome')).toMatch(
      /^✓ no: cut after (\d); .+ gets 1; by first message .+ by subprotocol it gets \d\.$/,
    );
  });

  test('remembers what was run, as long as the same server has it', async () => {
    await page.check('[name=http][value="2"]');
    await cell('Many to one origin', 2).click();
    await page.click('#shell-run');
    await page.locator('#shell-units').waitFor();
    const outcome = await text('#shell-outcome');

    const openAgain = async () => {
      await page.goto(origin);
      await cell('Many to one origin', 2).waitFor();
    };
    await openAgain();
    expect(await cell('Many to one origin', 2).textContent()).toBe('six');
    await page.check('[name=http][value="2"]');
    expect(await cell('Many to one origin', 2).textContent()).toBe(
      'all eight ✓ shown',
    );
    expect(await text('#shell-sum')).toBe(
      '1 of 64 run: all hold in this browser',
    );
    await cell('Many to one origin', 2).click();
    expect(await text('#shell-outcome')).toBe(outcome);
    const units = page.locator('#shell-units');
    const recording = await page.request.get(
      new URL((await units.getAttribute('href'))!, origin).href,
    );
    expect(recording.status()).toBe(200);

    // Another server has no recordings of this one.
    await page.evaluate(() => {
      const name = 'on-the-wire:table';
      const remembered = JSON.parse(localStorage[name]) as object;
      const of = { ...remembered, home: 'another' };
      localStorage[name] = JSON.stringify(of);
    });
    await openAgain();
    await page.check('[name=http][value="2"]');
    expect(await cell('Many to one origin', 2).textContent()).toBe('all eight');
  });

  test('says where a browser does something else', async () => {
    const other = await browser().newContext();
    // One that reads no bytes.
    await other.addInitScript(() => {
      Response.prototype.arrayBuffer = async () => new ArrayBuffer(0);
    });
    const its = await other.newPage();
    await its.goto(origin);
    const binary = its.getByRole('row', { name: 'Binary data transfers' });
    await binary.getByRole('button').nth(1).click();
    await its.click('#shell-run');
    await its.locator('#shell-units').waitFor();
    expect(await its.textContent('#shell-outcome')).toBe(
      '✗ This browser does something else: no: in the response 0 bytes, each as it was ' +
        'sent; in the request 256 bytes, each as it was sent.',
    );
    await its.keyboard.press('Escape');
    expect(await binary.getByRole('button').nth(1).textContent()).toBe(
      'yes ✗ here: no',
    );
    expect(await its.textContent('#shell-sum')).toBe(
      '1 of 64 run: 1 does not hold',
    );
    await other.close();
  });

  test('names the browsers that were measured, and the word of each where they differ', async () => {
    const { chromium, firefox, webkitgtk } = eachMeasured();
    const above = await page.getByText('The words in the cells').innerText();
    for (const each of [chromium, firefox, webkitgtk])
      expect(above).toContain(each.title);
    await page.check('[name=http][value="2"]');
    const streaming = cell('Request streaming', 1);
    expect(await streaming.textContent()).toBe(
      'no half duplex (Chromium) no (Firefox, WebKitGTK) ',
    );
    expect(await streaming.locator('.own').textContent()).toBe(
      'half duplex (Chromium)',
    );
    await streaming.click();
    const items = page.locator('.cell .measured li');
    expect(await items.allTextContents()).toEqual([
      `${chromium.title}: half duplex, ${dateInWords(chromium.date)}. Your engine. Its units ↗`,
      `${firefox.title}: no, ${dateInWords(firefox.date)}. Its units ↗`,
      `${webkitgtk.title}: no, ${dateInWords(webkitgtk.date)}. Its units ↗`,
    ]);
    const [units] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: `Its units in ${firefox.title}` }).click(),
    ]);
    expect(await units.title()).toBe(
      `Request streaming: fetch, HTTP/2, ${firefox.title} · On the Wire`,
    );
    await units.close();
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test('holds an outcome against the word of the reader’s own engine', async () => {
    const other = await browser().newContext({
      userAgent:
        'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
    });
    // As Firefox does: the body becomes the text of an object.
    await other.addInitScript(() => {
      const send = fetch;
      globalThis.fetch = (address, given) =>
        given?.body instanceof ReadableStream
          ? send(address, { ...given, body: String(given.body) })
          : send(address, given);
    });
    const its = await other.newPage();
    await its.goto(origin);
    await its.check('[name=http][value="2"]');
    const streaming = its
      .getByRole('row', { name: 'Request streaming' })
      .getByRole('button')
      .nth(1);
    await streaming.click();
    await its.click('#shell-run');
    await its.locator('#shell-units').waitFor();
    expect(await its.textContent('#shell-outcome')).toContain('✓ no: ');
    await its.keyboard.press('Escape');
    expect(await streaming.locator('.mark').textContent()).toBe('✓ shown');
    await other.close();
  });

  test('says why a window cannot show a cell, and does not contradict it', async () => {
    const word = 'not measured here';
    const evidence = 'this window keeps nothing';
    await page.route('**/claims/judge', (route) =>
      route.fulfill({ json: { word, evidence, unmeasured: true } }),
    );
    await cell('Binary data transfers', 3).click();
    await page.click('#shell-run');
    await page.locator('#shell-units').waitFor();
    await page.unroute('**/claims/judge');
    expect(await text('#shell-outcome')).toBe(`– ${word}: ${evidence}.`);
    await page.keyboard.press('Escape');
    expect(await cell('Binary data transfers', 3).textContent()).toBe(
      `limited yes – ${word}`,
    );
    expect(await text('#shell-sum')).toBe(
      '1 of 64 run: 1 cannot be measured here',
    );
  });

  test('has a column of its own for a browser that was not measured, to be saved', async () => {
    expect(await page.locator('#shell-own').isVisible()).toBe(false);
    expect(await page.locator('#shell-alone').isVisible()).toBe(false);
    const userAgent =
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 ' +
      '(KHTML, like Gecko) Version/26.1 Safari/605.1.15';
    const other = await browser().newContext({ userAgent });
    const its = await other.newPage();
    await its.goto(origin);
    const column = its.getByRole('region', { name: 'What it has shown' });
    await column.waitFor();
    expect(await its.locator('#shell-alone').innerText()).toContain(
      'The course does not drive Safari',
    );
    const name = 'Binary data transfers: WebSocket';
    const line = column.getByRole('row', { name });
    expect(await line.getByRole('cell').allTextContents()).toEqual([
      'yes',
      'yes',
      'yes',
      'not run yet',
    ]);
    const save = its.getByRole('button', { name: 'Save as JSON' });
    expect(await save.isDisabled()).toBe(true);
    const binary = its
      .getByRole('row', { name: 'Binary data transfers' })
      .first();
    await binary.getByRole('button').nth(3).click();
    await its.click('#shell-run');
    await its.locator('#shell-units').waitFor();
    expect(await its.textContent('#shell-outcome')).toMatch(
      /^Safari 26\.1 was not measured for the course\. It does: yes: /,
    );
    await its.keyboard.press('Escape');
    expect(await binary.getByRole('button').nth(3).textContent()).toBe(
      'limited yes Safari 26.1: yes',
    );
    expect(await its.textContent('#shell-sum')).toBe('1 of 64 run');
    expect(await line.getByRole('cell').last().textContent()).toMatch(/^yes./);
    expect(await accessibilityViolations(its)).toEqual([]);
    await its.setViewportSize({ width: 390, height: 800 });
    expect(await geometryFaults(its)).toEqual([]);

    const saved = async (button: string) => {
      const [download] = await Promise.all([
        its.waitForEvent('download'),
        its.getByRole('button', { name: button }).last().click(),
      ]);
      const file = join(folder, download.suggestedFilename());
      await download.saveAs(file);
      return file;
    };
    const asJson = await saved('Save as JSON');
    expect(JSON.parse(readFileSync(asJson, 'utf8'))).toEqual({
      product: 'Safari',
      version: '26.1',
      builder: 'as the browser says',
      userAgent,
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      cells: {
        'binary websocket 1.1': {
          word: 'yes',
          evidence: expect.stringMatching(/./),
        },
      },
    });
    const asHtml = await saved('Save as one HTML file');
    expect(readFileSync(asHtml, 'utf8')).not.toContain('<script');
    const told: string[] = [];
    its.on('console', (message) => told.push(message.text()));
    await its.goto(pathToFileURL(asHtml).href);
    const heads = await its.getByRole('columnheader').allTextContents();
    expect(heads).toEqual([
      ...Object.values(eachMeasured()).map(({ title }) => title),
      'Safari 26.1 (as the browser says)',
    ]);
    expect(await its.getByRole('row', { name }).count()).toBe(1);
    expect(await accessibilityViolations(its)).toEqual([]);
    expect(told).toEqual([]);
    await other.close();
  });

  test('narrows the table to what fits, and names the rows that decided', async () => {
    const outColumns = () =>
      page.locator('#shell-table thead th.out').allTextContents();
    const marked = () =>
      page.locator('#shell-table tr.decides th').allTextContents();

    await page.getByLabel('Who speaks?').selectOption('both');
    expect(await text('#shell-chosen')).toBe(
      '6 questions left. Still possible: WebSocket.',
    );
    expect(await outColumns()).toEqual(
      ['XMLHttpRequest', 'fetch', 'Server-Sent Events'].map(
        (title) => `${title}ruled out`,
      ),
    );
    expect(await marked()).toEqual(['Who may speak first']);

    await page.getByLabel('For example').selectOption('auction');
    expect(await text('#shell-description')).toContain('Bids come in');
    expect(await page.getByLabel('How often?').inputValue()).toBe('seconds');
    expect(await text('#shell-chosen')).toBe(
      'Take Server-Sent Events for the news; a request for what the page ' +
        'sends and for what caches may keep.',
    );
    const decided = page.locator('#shell-why div').first();
    expect(await decided.getByRole('button').allTextContents()).toEqual([
      'Who may speak first? The server, after a request.',
      'Can a cache respond in the server’s place? A shared one may.',
      'Does it survive a cut by itself? Yes.',
      'Does it resume by itself? Yes.',
    ]);
    expect(await marked()).toEqual([
      'Who may speak first',
      'Survives a cut by itself',
      'Resumes by itself',
      'Responses from caches',
    ]);
    // An item of a list is a whole sentence.
    expect(await text('#shell-why')).toContain(
      'Polling, with ETag: Who may speak first? The page.',
    );
    expect(await text('#shell-why')).toContain(
      'What can the page not see? Comments: A comment shows proxies',
    );
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'How do I deploy' }).click(),
    ]);
    await tab.waitForURL(`${lessons}/sse#deploy`);
    await tab.close();
    // What is said of six connections does not hold over HTTP/2.
    expect(await text('#shell-why')).toContain('the seventh tab hangs');
    await page.check('[name=http][value="2"]');
    expect(await text('#shell-why')).not.toContain('the seventh tab hangs');
    await page.check('[name=http][value="1.1"]');

    expect(await accessibilityViolations(page)).toEqual([]);
    await page
      .getByRole('button', { name: 'Does it resume by itself?' })
      .click();
    expect(await text('#shell-cell-title')).toBe(
      'Resumes by itself: Server-Sent Events',
    );
    await page.keyboard.press('Escape');

    await page.getByLabel('For example').selectOption('');
    expect(await text('#shell-chosen')).toBe('');
    expect(await outColumns()).toEqual([]);
    expect(await marked()).toEqual([]);
  });

  test('what this browser shows decides', async () => {
    const other = await browser().newContext();
    // One that reads no bytes from a response.
    await other.addInitScript(() => {
      Response.prototype.arrayBuffer = async () => new ArrayBuffer(0);
    });
    const its = await other.newPage();
    await its.goto(origin);
    await its.getByLabel('For example').selectOption('album');
    const kept = its.getByLabel('May a cache keep it for others?');
    await kept.selectOption('no');
    expect(await its.textContent('#shell-chosen')).toBe('Take a request.');
    const binary = its.getByRole('row', { name: 'Binary data transfers' });
    await binary.getByRole('button').nth(1).click();
    await its.click('#shell-run');
    await its.locator('#shell-units').waitFor();
    expect(await its.textContent('#shell-chosen')).toBe('Take WebSocket.');
    await other.close();
  });

  test('keeps what was found, though an earlier search fails after it', async () => {
    const early = Promise.withResolvers<Route>();
    await page.route('**/search?q=early', (route) => early.resolve(route));
    const query = page.getByLabel('Search the course');
    const hits = page.locator('#shell-hits li');
    await query.fill('early');
    const late = await early.promise;
    await query.fill('write the event');
    await hits.first().waitFor();
    const failed = page.waitForEvent('requestfailed');
    await late.abort();
    await failed;
    // The page hears of it before it is drawn again.
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect(await text('#shell-found')).toMatch(/^\d+ found$/);
    expect(await hits.count()).toBeGreaterThan(0);
    await page.unroute('**/search?q=early');
  });

  test('finds a step, a cell and an exercise, and leads there', async () => {
    const query = page.getByLabel('Search the course');
    await query.fill('compression websocket');
    const hits = page.locator('#shell-hits li');
    const ofTable = hits.filter({ hasText: 'Compression: WebSocket' });
    await ofTable.getByRole('button').click();
    expect(await text('#shell-cell-title')).toBe('Compression: WebSocket');
    await page.keyboard.press('Escape');

    await query.fill('write the event');
    const exercise = hits.filter({ hasText: /exercise sse\/1/ });
    await exercise.waitFor();
    expect(await exercise.locator('mark').first().textContent()).toMatch(
      /^(write|event)s?$/i,
    );

    await query.fill('a read is not a line');
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      hits.getByRole('button', { name: 'XHR and fetch, step 5' }).click(),
    ]);
    await tab.waitForURL(`${lessons}/xhr#step-5`);
    expect(started).toEqual(['xhr']);
    await tab.close();
    // After a reload it is there again.
    await page.reload();
    await hits.first().waitFor();
    expect(await query.inputValue()).toBe('a read is not a line');
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test('says where it finds nothing, and what is spelt like it', async () => {
    const query = page.getByLabel('Search the course');
    await query.fill('silense');
    await page.getByText('Did you mean silence').waitFor();
    await query.fill('<img src=x onerror=alert(1)>');
    await page.getByText('Nothing says “<img').waitFor();
    await query.fill('');
    await page.waitForURL(`${origin}/`);
    expect(await text('#shell-found')).toBe('');
  });

  test('has the glossary', async () => {
    await page.getByRole('link', { name: 'Glossary' }).click();
    await page.waitForURL('**/glossary');
    expect(await text('h1')).toBe('Glossary');
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test('starts a lesson in its own tab, and says where that fails', async () => {
    const [refused] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Start HTTP/2' }).click(),
    ]);
    await page.locator('#shell-problem').waitFor();
    expect(await text('#shell-problem')).toBe('Port 4000 is in use.');
    // No empty tab is left.
    if (!refused.isClosed()) await refused.waitForEvent('close');
    expect(context.pages()).toHaveLength(1);

    const button = page.locator('[data-start="sse"]:not([data-hash])');
    const [sse] = await Promise.all([
      context.waitForEvent('page'),
      button.click(),
    ]);
    await sse.waitForURL(`${lessons}/sse#here`);
    expect(new URL(page.url()).origin).toBe(origin);
    await page.getByRole('button', { name: 'Running: open Server' }).waitFor();

    // A second one leaves the first where it is.
    const [xhr] = await Promise.all([
      context.waitForEvent('page'),
      page.locator('[data-start="xhr"]:not([data-hash])').click(),
    ]);
    await xhr.waitForURL(`${lessons}/xhr#here`);
    expect(sse.url()).toBe(`${lessons}/sse#here`);

    // Once more leads to the tab that is open, and loads nothing again.
    await sse.evaluate(() => (document.title = 'as it was'));
    await button.click();
    await page
      .getByText('Server-Sent Events is in its own tab')
      .waitFor({ state: 'attached' });
    expect(started).toEqual(['http2', 'sse', 'xhr', 'sse']);
    expect(await sse.title()).toBe('as it was');
    expect(context.pages()).toHaveLength(3);
    await Promise.all([sse.close(), xhr.close()]);
  });

  test('starts an exercise in its own tab', async () => {
    const card = page.locator('.card').nth(1);
    await card.locator('summary').click();
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      card.getByRole('button', { name: 'Start sse/1' }).click(),
    ]);
    await tab.waitForURL(`${lessons}/sse/1#here`);
    // The list stays open, and the focus where it was.
    await card.getByRole('button', { name: 'Running: open sse/1' }).waitFor();
    expect(await card.locator('details').getAttribute('open')).not.toBeNull();
    await tab.close();
  });

  test('lists side trips as optional, and opens the lesson there', async () => {
    const card = page.locator('[data-lesson="sse"]');
    await card.getByText('15 min, optional').first().waitFor();
    await card.getByText(`${pnpm} lesson sse --drain 5s`).waitFor();
    await card.getByText(`${pnpm} lesson sse --behind nginx`).waitFor();
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      card.getByRole('button', { name: /^Side trip: Behind a proxy/ }).click(),
    ]);
    await tab.waitForURL(`${lessons}/sse#behind-a-proxy`);
    await tab.close();
  });

  test('names step and exercise where one stopped, with one button', async () => {
    expect(await page.locator('#shell-stop').isVisible()).toBe(false);
    noteLesson(
      'sse',
      () => ({ at: 'step-3', visited: '2026-11-22T10:00:00.000Z', steps: {} }),
      progress,
    );
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    const stop = page.getByRole('region', { name: 'Where you stopped' });
    await stop.waitFor();
    const [step] = tutorialSteps(findLesson('sse')).slice(2);
    expect(await stop.locator('p').first().textContent()).toBe(
      `You stopped at step 3, “${step!.title}”, of Server-Sent Events. ` +
        'Exercise sse/1, “Write the event”, comes next. 22 November',
    );
    expect(await accessibilityViolations(page)).toEqual([]);
    const [tab] = await Promise.all([
      context.waitForEvent('page'),
      stop.getByRole('button', { name: /^Go on/ }).click(),
    ]);
    await tab.waitForURL(`${lessons}/sse#step-3`);
    await tab.close();

    // What came later was an exercise.
    noteVerdict('sse/2', false, progress);
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await stop.getByText('Exercise sse/2,').waitFor();
    expect(
      await stop.getByRole('button', { name: /^Go on/ }).textContent(),
    ).toContain('Go on with sse/2');
  });

  test('what was asked for before, and comes later, takes nothing back', async () => {
    const late = await respondLate(page, '**/standing');
    const focus = () => page.evaluate(() => dispatchEvent(new Event('focus')));
    await focus();
    await late.responded;
    noteVerdict('sse/1', true, progress);
    await focus();
    const gone = page.locator('#shell-departures .departed');
    await gone.waitFor({ state: 'attached' });
    await late.release();
    expect(await gone.count()).toBe(1);
  });

  test('has a train for each lesson and exercise, in words and on flaps', async () => {
    const rows = page.locator('#shell-departures tbody tr');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(5 + findExercises().length);
    const status = page
      .getByRole('row', { name: /^sse\/1 Write the event/ })
      .getByRole('cell')
      .last();
    expect(await status.locator('.visually-hidden').textContent()).toBe(
      'on time',
    );
    noteVerdict('sse/1', true, progress);
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await status
      .locator('.visually-hidden', { hasText: /^departed$/ })
      .waitFor({ state: 'attached' });
    // The flaps turn until they show it.
    await status
      .locator('.flaps', { hasText: /^departed$/ })
      .waitFor({ state: 'attached' });
  });

  test('saves the departures as one page without scripts, names and paths', async () => {
    noteVerdict('sse/1', true, progress);
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await page
      .locator('#shell-departures .departed')
      .waitFor({ state: 'attached' });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as one HTML file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('on-the-wire-departures.html');
    const file = join(folder, 'departures.html');
    await download.saveAs(file);
    const saved = readFileSync(file, 'utf8');
    const words = saved.replace(/<style>[^]*<\/style>/, '');
    const theirs = [userInfo().username, homedir(), tmpdir(), process.cwd()];
    for (const own of ['<script', '://', 'src=', 'href=', ...theirs])
      expect([own, words.includes(own)]).toEqual([own, false]);
    expect(/url\(|@import/.test(saved)).toBe(false);

    const other = await browser().newContext({ javaScriptEnabled: false });
    const shown = await other.newPage();
    const told: string[] = [];
    shown.on('console', (message) => told.push(message.text()));
    await shown.goto(pathToFileURL(file).href);
    const row = shown.getByRole('row', { name: /^sse\/1 Write the event/ });
    expect(await row.getByRole('cell').last().innerText()).toContain(
      'departed',
    );
    // The style came with it.
    expect(
      await shown
        .locator('.flaps > span')
        .first()
        .evaluate((flap) => getComputedStyle(flap).textAlign),
    ).toBe('center');
    expect(told).toEqual([]);
    await other.close();
    const again = await context.newPage();
    await again.goto(pathToFileURL(file).href);
    expect(await accessibilityViolations(again)).toEqual([]);
    await again.close();
  });

  test('a page of elsewhere starts nothing', async () => {
    const response = await fetch(`${origin}/lessons/start`, {
      method: 'POST',
      headers: { Origin: 'http://example.org' },
      body: '{"name":"sse"}',
    });
    expect(response.status).toBe(403);
    expect(started).toEqual([]);
  });
});
