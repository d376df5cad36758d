/**
 * What is chosen can be seen where the system decides on colours, and all can
 * be read and reached in a window that is zoomed to 200 %.
 */
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import {
  runLesson,
  type RunningLesson,
} from '@on-the-wire/course/harness/run-lesson.ts';
import { parseFaults } from '@on-the-wire/tap/tap.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';

type Frame = ReturnType<Page['mainFrame']>;

const row = {
  '.wire .line .summary':
    'a line of the wire is one row: the unit that it opens has the whole text',
  '.here': 'the running head is one row: the title stands in the text below',
};

describeWithBrowser('a lesson for everybody', (browser) => {
  let lesson: RunningLesson;
  let page: Page;
  let frame: Frame;
  beforeAll(async () => {
    lesson = await runLesson(findLesson('sse'), {
      port: await freeAdjacentPorts(3),
    });
    const { state } = lesson.server;
    while (state.current.status !== 'ready') await once(state, 'change');
    page = await browser().newPage({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    await page.goto(lesson.shellUrl!);
    await page.locator('.prose h2').first().waitFor();
    const element = await page
      .locator('#shell-pane-page iframe')
      .elementHandle();
    frame = (await element!.contentFrame())!;
    await frame.locator('#seen', { hasText: ' of ' }).waitFor();
  });
  afterAll(async () => {
    await page.close();
    await lesson.stop();
  });

  /** How the first of these looks: what tells it from another. */
  const look = (where: Page | Frame, selector: string) =>
    where
      .locator(selector)
      .first()
      .evaluate((element) => {
        const { backgroundColor, color, outlineStyle } =
          getComputedStyle(element);
        return `${backgroundColor} ${color} ${outlineStyle}`;
      });

  test('shows what is chosen in forced colours', async () => {
    await page.emulateMedia({ forcedColors: 'active' });
    await page.locator('[data-control=break]').click();
    await page.locator('[data-control="preset:not-localhost"]').click();
    await page.locator('.wire .broken-now li').nth(2).waitFor();
    await page.locator('[data-control=pause]').click();
    await page.locator('.wire .line').last().click();
    await page.locator('.wire .line[aria-selected=true]').waitFor();
    const pairs: [Page | Frame, string, string][] = [
      [page, '.theme label:has(:checked)', '.theme label:has(:not(:checked))'],
      [page, '#shell-wire-button', '#shell-projector'],
      [page, '[data-control=pause]', '[data-control=clear]'],
      [page, '.preset[aria-pressed=true]', '[data-control=cut]'],
      [
        page,
        '.faults [role=tab][aria-selected=true]',
        '.faults [role=tab][aria-selected=false]',
      ],
      [
        page,
        '.wire .line[aria-selected=true]',
        '.wire .line:not([aria-selected=true])',
      ],
      [
        frame,
        '.choice label:has(:checked)',
        '.choice label:has(:not(:checked))',
      ],
    ];
    for (const [where, chosen, other] of pairs)
      expect({ chosen, looks: await look(where, chosen) }).not.toEqual({
        chosen,
        looks: await look(where, other),
      });
    // A chip that is set says so by more than its colour.
    expect(
      await page
        .locator('[data-control="fault-chip:latency"]')
        .evaluate((chip) => getComputedStyle(chip, '::before').content),
    ).toContain('⚡');
    // With all that a step folds away, too.
    await page
      .locator('details.outcome')
      .evaluateAll((folds) =>
        folds.forEach((fold) => fold.setAttribute('open', '')),
      );
    expect(await accessibilityViolations(page)).toEqual([]);
    lesson.tap.setFaults([]);
    await page.locator('.wire .broken-now').waitFor({ state: 'hidden' });
    await page.locator('[data-control=break]').click();
    await page.emulateMedia({ forcedColors: 'none' });
  });

  test('can be read and reached at 200 %', async () => {
    await page.setViewportSize({ width: 640, height: 400 });
    lesson.tap.setFaults(parseFaults(['idle']));
    await page
      .locator('.wire .broken-now li')
      .first()
      .waitFor({ state: 'attached' });
    for (const name of ['Tutorial', 'Page', 'Wire']) {
      await page.getByRole('tab', { name, exact: true }).click();
      expect({ name, faults: await geometryFaults(page, row) }).toEqual({
        name,
        faults: [],
      });
      expect(await accessibilityViolations(page)).toEqual([]);
    }
    await page.locator('.wire .unit .close').click();
    // The panel scrolls here, and leaves room for some lines.
    await page.locator('[data-control=break]').click();
    expect(await geometryFaults(page, row, '.wire')).toEqual([]);
    const { height } = (await page.locator('.timeline').boundingBox())!;
    expect(height).toBeGreaterThanOrEqual(70);
    // A frame that is put away draws nothing.
    await page.getByRole('tab', { name: 'Page', exact: true }).click();
    expect(await geometryFaults(frame)).toEqual([]);
  });
});
