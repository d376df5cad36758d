import { mkdir, rm, writeFile } from 'node:fs/promises';
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
import type { Page } from 'playwright-core';
import { servePage } from '@on-the-wire/lesson/page/serve-page.ts';
import { createTap, formatFault } from '@on-the-wire/tap/tap.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { WireLog } from '@on-the-wire/viewer/live/log.ts';
import { createShell } from '../server.ts';
import { makeLessonFolder, State } from './stage.ts';

const tutorial = `# Bells

Press [*Ring*](#page:ring,state), [*Abort*](#page:abort) or
[*Nothing*](#page:nothing). At [*reset*](#wire:fault:reset), press *Break*, or
at [*reset there*](#wire:fault:reset:browser-bells). Then
[*Mend all*](#wire:mend), [*the page*](#wire:unit:body), [*an event*](#wire:unit:event),
[*Not localhost*](#wire:preset:not-localhost) or [*Links*](#wire:link:browser-bells).
Look at it in [a tab of its own](#shell:own-tab), or put away
[the wire](#shell:wire).
`;

const lessonPage = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Bells</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/board/colours.css">
  <link rel="stylesheet" href="/board/page.css">
  <script type="module" src="/board/in-the-shell.ts"></script>
  <body>
    <h1>Bells</h1>
    <div style="height: 2000px"></div>
    <output id="state">silent</output>
    <button id="ring" onclick="state.textContent += ' ring'">Ring</button>
    <button name="abort" disabled>Abort</button>
  </body>
</html>`;

/** A lesson of one link behind its tap, and the shell at the port before it. */
async function stageBells() {
  const { root, folder, progress } = await makeLessonFolder();
  await mkdir(join(folder, 'page'));
  await writeFile(join(folder, 'README.md'), tutorial);
  await writeFile(join(folder, 'page/index.html'), lessonPage);
  const lesson = createServer(servePage(pathToFileURL(join(folder, 'page/'))));
  const { port } = await listen(lesson);
  const target = { host: '127.0.0.1', port };
  const tap = createTap({ target, link: 'browser-bells' });
  const log = new WireLog(tap.recording, new LiveUnits(tap));
  const shellPort = await freeAdjacentPorts();
  await tap.listen(shellPort + 1);
  const shell = createShell({
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
  const { origin } = await listen(shell.server, shellPort);
  return {
    tap,
    origin,
    async end() {
      await shell.close();
      await tap.close();
      lesson.closeAllConnections();
      await new Promise((done) => lesson.close(done));
      await rm(root, { recursive: true });
    },
  };
}

describeWithBrowser('a link to a control', (browser) => {
  let page: Page;
  let run: Awaited<ReturnType<typeof stageBells>>;
  beforeAll(async () => {
    run = await stageBells();
  });
  afterAll(() => run.end());
  beforeEach(async () => {
    run.tap.setFaults([]);
    page = await browser().newPage({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    await page.goto(run.origin);
    await page.frameLocator('iframe').locator('#ring').waitFor();
    // Its script comes last: before, it hears nothing.
    await bells()
      .locator(':root')
      .evaluate(
        () =>
          new Promise<void>((loaded) => {
            if (document.readyState === 'complete') loaded();
            else addEventListener('load', () => loaded());
          }),
      );
  });
  afterEach(() => page.close());
  const link = (name: string) => page.getByRole('link', { name, exact: true });
  const bells = () => page.frameLocator('iframe');
  const faults = () => run.tap.faults.map(formatFault);
  /** Waits until the keyboard is at this control of the shell, outlined. */
  const isPointedAt = async (selector: string) => {
    const control = page.locator(`${selector}[data-pointed]:focus`);
    await control.waitFor();
    const outline = await control.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      const { outlineStyle } = getComputedStyle(element);
      return outlineStyle === 'solid' && top >= 0 && bottom <= innerHeight;
    });
    expect(outline).toBe(true);
  };
  const control = (name: string) => `[data-control="${name}"]`;

  test('of the page shows it, and Enter presses it', async () => {
    const visits = await page.evaluate(() => history.length);
    const address = page.url();
    await link('Ring').click();
    await bells().locator('#ring[data-pointed]').waitFor();
    const inView = await bells()
      .locator('#ring, #state')
      .evaluateAll((all) =>
        all.every((each) => each.getBoundingClientRect().bottom <= innerHeight),
      );
    expect(inView).toBe(true);
    expect(await bells().locator('#state').textContent()).toBe('silent');
    await page.keyboard.press('Enter');
    await bells().getByText('silent ring', { exact: true }).waitFor();
    expect(page.url()).toBe(address);
    expect(await page.evaluate(() => history.length)).toBe(visits);
  });

  test('of a page that the shell has told its theme, now and after a reload', async () => {
    const dark = bells().locator('html[data-theme=dark]');
    await page.getByRole('radio', { name: 'Dark' }).check();
    await dark.waitFor();
    await page.reload();
    await dark.waitFor();
    await page.getByRole('radio', { name: 'Auto' }).check();
    await bells().locator('html:not([data-theme])').waitFor();
  });

  test('of a page that is still loading shows it when it is there', async () => {
    const held = Promise.withResolvers<void>();
    await page.route('**/board/in-the-shell.ts', async (route) => {
      await held.promise;
      await route.continue();
    });
    // However long it takes here: the time of the shell stands still.
    await page.clock.install();
    // The page may have loaded only when its frame has.
    await page.reload({ waitUntil: 'domcontentloaded' });
    await bells().locator('#ring').waitFor();
    await page.clock.pauseAt(Date.now() + 60_000);
    await link('Ring').click();
    await page.locator('a.points[aria-busy]').waitFor();
    held.resolve();
    await bells().locator('#ring[data-pointed]').waitFor();
  });

  test('works with the keyboard alone', async () => {
    await link('Ring').focus();
    await page.keyboard.press('Enter');
    await bells().locator('#ring[data-pointed]').waitFor();
    await page.keyboard.press('Enter');
    await bells().getByText('silent ring', { exact: true }).waitFor();
  });

  test('of the wire opens the wire and the panel that hides it', async () => {
    await page.getByRole('button', { name: 'Wire', exact: true }).click();
    await link('reset').click();
    await isPointedAt(control('fault:reset'));
    expect(faults()).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Broken: 1 fault' }).waitFor();
    expect(faults()).toEqual([expect.stringMatching(/^reset=/)]);
    await link('Mend all').click();
    await isPointedAt(control('mend'));
    expect(faults()).toHaveLength(1);
    await link('Links').click();
    await isPointedAt(control('link:browser-bells'));
    await link('Not localhost').click();
    await isPointedAt(control('preset:not-localhost'));
    expect(faults()).toHaveLength(1);
  });

  test('chooses the link that a fault is for', async () => {
    await link('reset there').click();
    await isPointedAt(control('fault:reset'));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Broken: 1 fault' }).waitFor();
    expect(faults()).toEqual([expect.stringMatching(/@browser-bells$/)]);
  });

  test('leads to the newest unit of a kind', async () => {
    await link('the page').click();
    await isPointedAt('.timeline');
    await page.getByRole('region', { name: 'The chosen unit' }).waitFor();
    const chosen = page.locator('.line[aria-selected=true]');
    expect(await chosen.textContent()).toContain('body');
    await page.keyboard.press('ArrowUp');
    await chosen.filter({ hasNotText: /body/ }).waitFor();
  });

  test('finds what stands in the strip, and what a menu hides', async () => {
    await link('a tab of its own').click();
    await isPointedAt('#shell-own-tab');
    await link('the wire').click();
    await isPointedAt('#shell-wire-button');
    await page.setViewportSize({ width: 390, height: 844 });
    await link('a tab of its own').click();
    await isPointedAt('#shell-own-tab');
    await page.keyboard.press('Escape');
    await link('the wire').click();
    await isPointedAt('#shell-pane-wire-tab');
  });

  test('brings the pane to the front where there is room for one', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await link('reset').click();
    await isPointedAt(control('fault:reset'));
    await page.getByRole('tab', { name: 'Tutorial' }).click();
    await link('Ring').click();
    await bells().locator('#ring[data-pointed]').waitFor();
    await page.keyboard.press('Enter');
    await bells().getByText('silent ring', { exact: true }).waitFor();
  });

  test('says what is not there, and what cannot be pressed', async () => {
    const says = async (words: string) => {
      await page.locator('#shell-said', { hasText: words }).waitFor();
      await page.locator('.points-nowhere', { hasText: words }).waitFor();
      expect(await page.locator('.points-nowhere').count()).toBe(1);
    };
    await link('Nothing').click();
    await says('Nothing is not there now.');
    await link('an event').click();
    await says('an event is not there now.');
    await link('Abort').click();
    await says('Abort is there, but it cannot be pressed now.');
    await link('Mend all').click();
    await says('Mend all is there, but it cannot be pressed now.');
    await link('Ring').click();
    await bells().locator('#ring[data-pointed]').waitFor();
    expect(await page.locator('.points-nowhere').count()).toBe(0);
  });

  /** Says again and again that it was found, in the name of the page. */
  const lie =
    "setInterval(() => top.postMessage({ onTheWire: 'pointed', " +
    "control: 'nothing', found: true }, '*'), 10)";
  const isNotFound = async () => {
    await link('Nothing').click();
    await page
      .locator('#shell-said', { hasText: 'Nothing is not there now.' })
      .waitFor();
  };

  test('hears no frame inside the page', async () => {
    await page.frames()[1]!.evaluate((code) => {
      const inner = document.body.appendChild(document.createElement('iframe'));
      const script = inner.contentDocument!.createElement('script');
      script.textContent = code;
      inner.contentDocument!.body.append(script);
    }, lie);
    await isNotFound();
  });

  test('hears no page of another origin in the place of the lesson’s', async () => {
    const address = new URL(page.frames()[1]!.url());
    address.hostname = 'localhost';
    await page.frames()[1]!.evaluate((url) => {
      location.href = url;
    }, address.href);
    await page.frames()[1]!.waitForURL(address.href);
    await page.frames()[1]!.locator('#ring').waitFor();
    await page.frames()[1]!.evaluate(lie);
    await isNotFound();
  });

  test('is accessible, in forced colours too', async () => {
    await link('reset').click();
    await isPointedAt(control('fault:reset'));
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.emulateMedia({ forcedColors: 'active' });
    await link('Mend all').click();
    await link('reset').click();
    await isPointedAt(control('fault:reset'));
    await page.emulateMedia({ forcedColors: null });
  });
});
