import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  test,
} from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { servePage } from '@on-the-wire/lesson/page/serve-page.ts';
import { createTap } from '@on-the-wire/tap/tap.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { WireLog } from '@on-the-wire/viewer/live/log.ts';
import { readLessons } from '../../progress/lesson-progress.ts';
import { createShell } from '../server.ts';
import { makeLessonFolder, State } from './stage.ts';

const filler = 'A line that fills the page.\n\n'.repeat(30);
const tutorial = `# Bells

An introduction.

## 1. Ring (4 min)

**Predict.** What will it say?

- [ ] Ding
- [ ] \`Dong\`
- [ ] Nothing

<!-- decides: 2 if page state is "dong"; 3 if page state is "silent" -->

**Do.**

1. Press [*Ask*](#page:ask). <!-- do: unit http/1.1 request headers up "GET /bell" -->
2. Press [*Break*](#wire:fault:latency). <!-- do: fault latency set -->
3. Listen. <!-- do: nothing, you only listen -->

**See.** Dong. <!-- see: unit http/1.1 response headers "200" -->

${filler}

## 2. Listen (6 min)

**Predict.** How long?

- [ ] Long
- [ ] Short

<!-- decides: nothing, it would take a year -->

**Do.** Wait.

**See.** It is long.

${filler}
`;

const lessonPage = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Bells</title>
  <link rel="icon" href="data:,">
  <script type="module" src="/board/in-the-shell.ts"></script>
  <body>
    <h1>Bells</h1>
    <output id="state">silent</output>
    <button id="ask" onclick="fetch('/bell')">Ask</button>
  </body>
</html>`;

/** A lesson behind its tap, and the shell at the port before it. */
async function stageBells() {
  const { root, folder, progress } = await makeLessonFolder();
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'README.md'), tutorial);
  await writeFile(join(folder, 'page/index.html'), lessonPage);
  const serve = servePage(pathToFileURL(join(folder, 'page/')));
  const lesson = createServer((request, response) => {
    if (request.url === '/bell') response.end('dong');
    else void serve(request, response);
  });
  const { port } = await listen(lesson);
  const tap = createTap({ target: { host: '127.0.0.1', port } });
  const log = new WireLog(tap.recording, new LiveUnits(tap));
  const shellPort = await freeAdjacentPorts();
  await tap.listen(shellPort + 1);
  const start = async () => {
    const made = createShell({
      lesson: {
        name: 'bells',
        folder,
        manifest: { title: 'Bells', question: '?', order: 1, minutes: 1 },
      },
      lessonUrl: `http://127.0.0.1:${shellPort + 1}/`,
      log,
      state: new State(),
      tap,
      progress,
    });
    return { ...made, ...(await listen(made.server, shellPort)) };
  };
  let shell = await start();
  return {
    tap,
    progress,
    origin: shell.origin,
    /** As when the learner starts the lesson the next day. */
    async startAgain() {
      await shell.close();
      shell = await start();
    },
    async end() {
      await shell.close();
      await tap.close();
      lesson.closeAllConnections();
      await new Promise((done) => lesson.close(done));
      await rm(root, { recursive: true });
    },
  };
}

describeWithBrowser('the steps in a browser', (browser) => {
  let bells: Awaited<ReturnType<typeof stageBells>>;
  let context: BrowserContext;
  let page: Page;

  const newPage = async (path = '/#step-1', from = context) => {
    const opened = await from.newPage();
    await opened.goto(bells.origin + path);
    await opened.frameLocator('iframe').locator('#ask').waitFor();
    await opened
      .locator('.tick[data-drawn]')
      .first()
      .waitFor({ state: 'attached' });
    return opened;
  };
  beforeAll(async () => {
    bells = await stageBells();
  });
  afterAll(() => bells.end());
  beforeEach(async () => {
    bells.tap.setFaults([]);
    await rm(bells.progress, { force: true });
    await bells.startAgain();
    context = await browser().newContext({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    page = await newPage();
  });
  afterEach(() => context.close());

  const step = (id = 'step-1', on = page) => on.locator(`#${id}`);
  const guess = (name: string) => page.getByRole('radio', { name }).click();
  const tick = (at: number) => step().locator(`[data-action="${at}"]`);
  const see = () => step().locator('.see');
  const said = (on = page) => step('step-1', on).locator('.said');
  const rows = (on = page) =>
    said(on)
      .locator('dl > div')
      .evaluateAll((all) =>
        all.map((row) => [...row.children].map((each) => each.textContent)),
      );
  /** Has the page show this, and waits until the shell's server knows. */
  const writes = (text: string) =>
    page
      .frameLocator('iframe')
      .locator('#state')
      .evaluate((state, words) => (state.textContent = words), text);
  const shows = async (text: string) => {
    await page.evaluate((words) => {
      const send = fetch;
      globalThis.fetch = async (path, given) => {
        const response = await send(path, given);
        if (path === '/run/page' && String(given?.body).includes(words))
          document.documentElement.dataset['told'] = words;
        return response;
      };
    }, text);
    await writes(text);
    await page.locator(`html[data-told=${text}]`).waitFor();
  };
  const doIt = async () => {
    await page.frameLocator('iframe').locator('#ask').click();
    await step().locator('[data-action="0"][data-done]').waitFor();
    await page.getByRole('link', { name: 'Break', exact: true }).click();
    await page.locator('[data-control="fault:latency"]:focus').waitFor();
    await page.keyboard.press('Enter');
    await step().locator('[data-action="1"][data-done]').waitFor();
  };

  test('a guess opens nothing; the Do does, and both are shown', async () => {
    await guess('Ding');
    await page.getByText('Your guess: Ding. Now do it').waitFor();
    expect(await see().isVisible()).toBe(false);
    expect(await tick(0).textContent()).toBe('○to do');
    expect(await tick(0).getAttribute('href')).toBeNull();
    await shows('dong');
    await doIt();
    await see().waitFor();
    await step().locator('.said').getByText('Your run shows').waitFor();
    expect(await rows()).toEqual([
      ['You expected', 'Ding'],
      ['Your run shows', 'Dong'],
      ['What decides', 'the page showed “dong”'],
    ]);
    expect(await page.locator('#shell-said').textContent()).toMatch(
      /^Done: fault latency was set\. All is done: See is open\. You expected: Ding\. Your run shows: Dong\.$/,
    );
    // Nothing marks the learner.
    expect(await step().textContent()).not.toMatch(/wrong|right|points/i);
    expect(await page.locator('.contradiction').count()).toBe(0);
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test('what is not watched any more is not told', async () => {
    await shows('dong');
    await doIt();
    await step().locator('.said').getByText('Your run shows').waitFor();
    const told: string[] = [];
    page.on('request', (request) => told.push(request.url()));
    const hears = page.evaluate(
      () =>
        new Promise<void>((heard) => {
          addEventListener('message', ({ data }) => {
            if (data.onTheWire === 'values') heard();
          });
        }),
    );
    await writes('silent again');
    await hears;
    await page.evaluate(async () => (await fetch('/way')).text());
    expect(told).toContain(`${bells.origin}/way`);
    expect(told).not.toContain(`${bells.origin}/run/page`);
  });

  test('a guess is not taken back by what was told before it came there', async () => {
    const held = Promise.withResolvers<void>();
    await page.route('**/run/guess', async (route) => {
      await held.promise;
      await route.continue();
    });
    const told = page.waitForResponse('**/run/guess');
    await guess('Ding');
    // In another tab: the shell tells it, and knows no guess yet.
    const body = JSON.stringify({ step: 'step-1' });
    await fetch(`${bells.origin}/run/open`, { method: 'POST', body });
    await see().waitFor();
    expect((await rows())[0]).toEqual(['You expected', 'Ding']);
    held.resolve();
    await told;
  });

  test('a tick leads to its unit, and says what was done', async () => {
    await doIt();
    const first = page.getByRole('link', {
      name: 'done: http/1.1 request headers “GET /bell” to the server came',
    });
    await first.press('Enter');
    await page.locator('#shell-wire .unit', { hasText: '/bell' }).waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#unit-\d+$/);
    // What the wire does not show leads nowhere.
    expect(await tick(1).getAttribute('href')).toBeNull();
    expect(await tick(1).textContent()).toBe('✓done: fault latency was set');
    const seen = step().getByRole('link', { name: 'in your run' });
    expect(await seen.getAttribute('href')).toMatch(/^#unit-\d+$/);
  });

  test('See can be opened by hand, and stays as the learner wants it', async () => {
    const summary = step().getByText('Show what happens');
    await summary.click();
    await see().waitFor();
    // Neither guess: what would be decided by itself would be in 3 s.
    await shows('ding');
    await doIt();
    expect(await see().isVisible()).toBe(true);
    await summary.click();
    await see().waitFor({ state: 'hidden' });
    await shows('dong');
    await said()
      .getByText('Dong', { exact: true })
      .waitFor({ state: 'attached' });
    expect(await see().isVisible()).toBe(false);
    await page.reload();
    await see().waitFor();
  });

  test('a run that contradicts the text is worth to be saved', async () => {
    await guess('Nothing');
    await doIt();
    await page.locator('.contradiction').waitFor();
    expect(await rows()).toEqual([
      ['You expected', 'Nothing'],
      ['Your run shows', 'Nothing'],
      ['What decides', 'the page showed “silent”'],
    ]);
    await page.getByRole('link', { name: 'Save this run' }).click();
    await page.locator('[data-control="save"]:focus').waitFor();
  });

  test('another browser knows guess and run, and an earlier run its place', async () => {
    await guess('Ding');
    await shows('dong');
    await doIt();
    await said().getByText('Dong', { exact: true }).waitFor();
    const other = await browser().newContext();
    const there = await newPage('/#step-1', other);
    await there.locator('.see').first().waitFor();
    expect(await rows(there)).toEqual(await rows());
    const link = there.locator('[data-action="0"]');
    expect(await link.getAttribute('href')).toMatch(/^#unit-/);
    await other.close();

    await bells.startAgain();
    await page
      .getByRole('link', { name: 'done:' })
      .waitFor({ state: 'detached' });
    await see().waitFor();
    expect(await tick(0).textContent()).toContain('done in an earlier run: ');
    expect((await rows())[1]).toEqual(['Your run shows', 'Dong']);
    expect(await tick(0).getAttribute('href')).toBeNull();
  });

  test('guess again, and do it again', async () => {
    await guess('Ding');
    await doIt();
    await see().waitFor();
    await page.getByRole('button', { name: 'Guess again' }).click();
    await see().waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'Ding',
    );
    await guess('Dong');
    await see().waitFor();
    expect((await rows())[0]).toEqual(['You expected', 'Dong']);

    await page.getByRole('button', { name: 'Do it again' }).press('Enter');
    await see().waitFor({ state: 'hidden' });
    expect(await tick(0).textContent()).toBe('○to do');
    expect(
      await page
        .getByRole('radio', { name: 'Dong' })
        .getAttribute('aria-checked'),
    ).toBe('true');
    await shows('dong');
    await doIt();
    await see().waitFor();
  });

  test('what no run can decide says why, and opens by hand', async () => {
    await page.goto(`${bells.origin}/#step-2`);
    await page.getByRole('radio', { name: 'Long' }).click();
    const outcome = step('step-2').locator('.outcome');
    expect(await outcome.getAttribute('open')).toBeNull();
    await outcome.locator('summary').click();
    const words = outcome.locator('.said');
    await words.getByText('it would take a year').waitFor();
    expect(await words.innerText()).toMatch(
      /You expected\s+Long\s+Your run\s+cannot decide it: it would take a year/,
    );
    await expectKept(
      () => 'step-2' in steps() && steps()['step-2']!.done !== undefined,
    );
  });

  test('guesses that this browser has kept go into the clone, once', async () => {
    await page.evaluate(() => {
      const kept = { 'step-1': 'Ding', 'step-2': 7, 'x/../y': 'z' };
      localStorage.setItem('on-the-wire:bells:answers', JSON.stringify(kept));
    });
    await page.reload();
    await step().getByRole('radio', { name: 'Ding', checked: true }).waitFor();
    await page.waitForFunction(
      () => localStorage.getItem('on-the-wire:bells:answers') === null,
    );
    expect(steps()).toEqual({ 'step-1': { guess: 'Ding' } });
  });

  test('a file that cannot be written is said', async () => {
    // In one go: the shell is in this process, and may write meanwhile.
    rmSync(bells.progress, { force: true });
    mkdirSync(bells.progress);
    await guess('Ding');
    await page.locator('#shell-unkept').waitFor();
    expect(await page.locator('#shell-unkept').innerText()).toMatch(
      /^Your progress is not kept: .*progress\.json/,
    );
    expect(
      await page
        .getByRole('radio', { name: 'Ding' })
        .getAttribute('aria-checked'),
    ).toBe('true');
    await rm(bells.progress, { recursive: true });
  });

  test.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('is accessible, %s, at %d px', async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme });
    await guess('Nothing');
    await doIt();
    await page.locator('.contradiction').waitFor();
    await page.setViewportSize({ width, height: 844 });
    const tab = page.getByRole('tab', { name: 'Tutorial' });
    if (await tab.isVisible()) await tab.click();
    expect(await accessibilityViolations(page)).toEqual([]);
    const wide = await page
      .locator('#shell-tutorial')
      .evaluate((book) => book.scrollWidth - book.clientWidth);
    expect(wide).toBe(0);
  });

  const steps = () => readLessons(bells.progress)['bells']?.steps ?? {};
  /** The request may still be on its way. */
  const expectKept = async (holds: () => boolean) => {
    while (!existsSync(bells.progress) || !holds())
      await new Promise((rest) => setTimeout(rest, 20));
    expect(await readFile(bells.progress, 'utf8')).toContain('"bells"');
  };
});
