/**
 * Every page of a lesson that runs can be read: shell, lesson's page, wire,
 * glossary and files, in a laptop's window and a phone's, light and dark. The
 * other pages are looked at where their own tests are.
 */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from '@on-the-wire/browser/browser.ts';
import {
  findLesson,
  findLessons,
} from '@on-the-wire/course/harness/lessons.ts';
import {
  runLesson,
  type RunningLesson,
} from '@on-the-wire/course/harness/run-lesson.ts';
import { parseFaults } from '@on-the-wire/tap/tap.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import { FRAMED } from '@on-the-wire/testing/in-view.ts';

const sizes = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];
const schemes = ['light', 'dark'] as const;

const allowed = {
  '.wire .line .summary':
    'a line of the wire is one row: the unit that it opens has the whole text',
  '.wire .links .traffic':
    'its button lies over it, without a ground of its own',
  '.here': 'the running head is one row: the title stands in the text below',
};

type Rig = Awaited<ReturnType<typeof start>>;

/** A lesson that runs, and a page for it. */
async function start(browser: Browser, name: string) {
  const lesson: RunningLesson = await runLesson(findLesson(name), {
    port: await freeAdjacentPorts(3),
  });
  const { state } = lesson.server;
  while (state.current.status !== 'ready') await once(state, 'change');
  const page = await browser.newPage({ reducedMotion: 'reduce' });
  return {
    lesson,
    page,
    async stop() {
      await page.close();
      await lesson.stop();
    },
    /** Runs something at both sizes, light and dark. */
    async everywhere(look: (at: string) => Promise<void>) {
      for (const size of sizes) {
        await page.setViewportSize(size);
        for (const colorScheme of schemes) {
          await page.emulateMedia({ colorScheme });
          await look(`${size.width} px, ${colorScheme}`);
        }
      }
    },
    /** Finds nothing wrong; `within` is a selector. */
    async looks(at: string, within = '') {
      const faults = await geometryFaults(page, allowed, within);
      expect({ at, faults }).toEqual({ at, faults: [] });
    },
  };
}

describeWithBrowser('what a lesson shows can be read', (browser) => {
  for (const { name } of findLessons())
    test(`in the shell and the page of ${name}`, async () => {
      const { lesson, page, everywhere, looks, stop } = await start(
        browser(),
        name,
      );
      await page.goto(lesson.shellUrl!);
      await page.locator('.prose h2').first().waitFor();
      // All that can be opened is: a fold covers nothing, and hides nothing.
      await page
        .locator('.prose details')
        .evaluateAll((folds) =>
          folds.forEach((fold) => fold.setAttribute('open', '')),
        );
      await everywhere((at) => looks(at));
      await page.goto(lesson.lessonUrl);
      await page.locator('h1').waitFor();
      await everywhere((at) => looks(at));
      await page.setViewportSize(FRAMED);
      await looks('beside a tutorial');
      await stop();
    });
});

describeWithBrowser('what is around a lesson can be read', (browser) => {
  const panels = ['filter', 'break', 'diagram', 'counts', 'save'];
  const toWire = async (page: Page) => {
    const tab = page.getByRole('tab', { name: 'Wire', exact: true });
    if (await tab.isVisible()) await tab.click();
  };
  let rig: Rig;
  beforeAll(async () => {
    rig = await start(browser(), 'sse');
  });
  afterAll(() => rig.stop());

  test('in the wire: lines, panels, what is broken, a unit', async () => {
    const { lesson, page, everywhere, looks } = rig;
    await page.setViewportSize(sizes[0]!);
    await page.goto(lesson.shellUrl!);
    await page.locator('.wire .line').nth(5).waitFor();
    await page.locator('[data-control=pause]').click();
    await everywhere(async (at) => {
      await toWire(page);
      for (const panel of panels) {
        await page.locator(`.bar [data-control=${panel}]`).click();
        await page.locator('.wire .panel:not([hidden])').waitFor();
        await looks(`${panel}, ${at}`, '.wire');
      }
      await page.locator('.bar [data-control=save]').click();
      lesson.tap.setFaults(parseFaults(['not-localhost', 'reset', 'idle']));
      await page.locator('.wire .broken-now li').nth(4).waitFor();
      await page.locator('.bar [data-control=break]').click();
      await looks(`broken, ${at}`, '#shell-pane-wire, #shell-pane-page');
      await page.locator('.bar [data-control=break]').click();
      lesson.tap.setFaults([]);
      await page.locator('.wire .broken-now').waitFor({ state: 'hidden' });
      await page.locator('.wire .line').last().click();
      await page.locator('.wire .unit h2').waitFor();
      await looks(`unit, ${at}`, '.wire');
      await page.locator('.wire .unit .close').click();
    });
  });

  test('in what opens over it: contents, keys, menu, a file', async () => {
    const { lesson, page, everywhere, looks } = rig;
    await page.setViewportSize(sizes[0]!);
    await page.goto(lesson.shellUrl!);
    await page.locator('.prose h2').first().waitFor();
    await everywhere(async (at) => {
      const tab = page.getByRole('tab', { name: 'Tutorial', exact: true });
      if (await tab.isVisible()) await tab.click();
      const contents = page.locator('#shell-contents-button');
      await contents.click();
      await page.locator('#shell-contents').waitFor();
      await looks(`contents, ${at}`, '#shell-contents');
      await contents.click();
      const more = page.locator('.strip .more');
      const hasMenu = await more.isVisible();
      if (hasMenu) {
        await more.click();
        await looks(`menu, ${at}`, '#shell-controls');
      }
      await page.locator('#shell-help-button').click();
      await looks(`keys, ${at}`, 'dialog[open]');
      await page.locator('#shell-help-close').click();
      if (hasMenu) await page.keyboard.press('Escape');
    });
  });

  test('in the glossary, and in a file', async () => {
    const { lesson, page, everywhere, looks } = rig;
    for (const path of ['glossary', 'files/server.ts']) {
      await page.goto(`${lesson.shellUrl!}${path}`);
      await everywhere((at) => looks(`${path}, ${at}`));
    }
  });

  test('through a projector, which shows five trains and more', async () => {
    const { lesson, page, looks } = rig;
    await page.setViewportSize(sizes[0]!);
    await page.goto(lesson.shellUrl!);
    await page.locator('.prose h2').first().waitFor();
    await page.locator('#shell-projector').click();
    await looks('projector', '.strip, .wire, #shell-pane-page');
    const frame = page.frameLocator('#shell-pane-page iframe');
    const rows = frame.locator('departures-board tbody tr');
    await rows.nth(7).waitFor();
    const { y, height } = (await page
      .locator('#shell-pane-page iframe')
      .boundingBox())!;
    const bottoms = await Promise.all(
      (await rows.all()).map(async (row) => {
        const box = (await row.boundingBox())!;
        return box.y + box.height;
      }),
    );
    const whole = bottoms.filter((bottom) => bottom <= y + height);
    expect(whole.length).toBeGreaterThanOrEqual(5);
    await looks('projector, no wire', '#shell-pane-page');
    await page.locator('#shell-projector').click();
  });
});
