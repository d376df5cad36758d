import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { readLessons } from '../../progress/lesson-progress.ts';
import { stage } from './stage.ts';

const filler = 'A line that fills the page.\n\n'.repeat(30);

const step = (n: number, more = '') => `## ${n}. Ring ${n} (4 min)

${filler}${more}**Predict.** What will it say?

- [ ] Ding
- [ ] Dong

<!-- decides: 2 if unit http/1.1 response headers down "200" -->

**Do.** Ask. <!-- do: unit http/1.1 request headers up "GET /bell" -->

**See.** Dong. <!-- see: unit http/1.1 response headers down "200" -->
`;

const readme = `# Bells

**Start it.** Run \`npx -y pnpm lesson bells\`.

${step(1)}
${step(2, 'More in [Church bells](side-trips/church-bells/README.md).\n\n')}
${step(3)}
`;

const trip = `# Church bells (10 min)

**Who rings them?**

**Start it.** Run \`npx -y pnpm lesson bells --loud\`.

${step(1)}
${step(2, 'As in [step 1](../../README.md#1-ring-1-4-min).\n\n')}
`;

const files = {
  'README.md': readme,
  'side-trips/church-bells/README.md': trip,
};

describeWithBrowser('a side trip', (browser) => {
  let bells: Awaited<ReturnType<typeof stage>>;
  let page: Page;
  beforeEach(async () => {
    bells = await stage(files);
    page = await browser().newPage({ viewport: { width: 1280, height: 800 } });
  });
  afterEach(async () => {
    await page.close();
    await bells.end();
  });

  const open = async (path: string) => {
    await page.goto(`${bells.origin}${path}`);
    await page.locator('#shell-tutorial article:not([hidden]) h1').waitFor();
    await page.locator('#shell-state[data-status]').waitFor();
  };
  const title = () => page.getByRole('heading', { name: 'Church bells' });
  const link = () =>
    page.getByRole('link', { name: 'Church bells', exact: true });
  const hash = () => page.evaluate(() => location.hash);
  // To the pixel: engines differ in its parts.
  const top = () =>
    link().evaluate((each) => Math.round(each.getBoundingClientRect().top));
  const here = () => page.locator('#shell-here').textContent();

  const expectHere = (words: string) =>
    page.waitForFunction(
      (wanted) => document.getElementById('shell-here')?.textContent === wanted,
      words,
    );

  test('opens in the place of the tutorial, and the rest stays', async () => {
    await open('/#step-2');
    await page.frameLocator('iframe').getByText('Loaded 1').waitFor();
    await link().click();
    await title().waitFor();
    expect(
      await page.getByRole('heading', { name: 'Bells', exact: true }).count(),
    ).toBe(0);
    // It says how it is started, where the tutorial does not.
    await page.getByText('lesson bells --loud').waitFor();
    expect(await here()).toBe('Side trip: Church bells');
    expect(await hash()).toBe('#church-bells');
    expect(
      await page.evaluate(() => document.activeElement?.textContent),
    ).toContain('Church bells');
    // Neither page nor wire was loaded again.
    expect(bells.asked).toBe(1);
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test.each([
    [
      'its first line',
      () => page.getByRole('link', { name: 'Back to step 2' }).click(),
    ],
    ['the browser', () => page.goBack()],
  ])('leads back to the line that was read, by %s', async (_by, back) => {
    await open('/#step-2');
    // Seen and pressed at once: nothing scrolls in between.
    const before = await link().evaluate((each) => {
      each.scrollIntoView({ block: 'center' });
      const y = Math.round(each.getBoundingClientRect().top);
      (each as HTMLElement).click();
      return y;
    });
    await title().waitFor();
    await page.keyboard.press('n');
    await page.keyboard.press('n');
    await expectHere('2Ring 2');
    await back();
    await expectHere('2Ring 2');
    expect(await hash()).toBe('#step-2');
    expect(await top()).toBe(before);
    expect(
      await link().evaluate((each) => each === document.activeElement),
    ).toBe(true);
  });

  test('is the first text of an address that names it, without a ring', async () => {
    await open('/#church-bells');
    await expectHere('Side trip: Church bells');
    expect(await page.locator(':focus').getAttribute('id')).toBe(
      'shell-tutorial',
    );
  });

  test('is watched as a step is, and keeps what was seen', async () => {
    await open('/#church-bells-step-1');
    await page.getByRole('radio', { name: 'Dong' }).first().click();
    // From then on the step is watched.
    const kept = () => readLessons(bells.progress)['bells'];
    while (!kept()) await new Promise((rest) => setTimeout(rest, 20));
    await fetch(`${bells.lessonOrigin}/bell`);
    await page
      .locator('#church-bells-step-1 .said', { hasText: 'What decides' })
      .waitFor();
    const progress = kept();
    expect(progress?.steps).toEqual({
      'church-bells-step-1': expect.objectContaining({
        guess: 'Dong',
        done: expect.any(String),
        decided: expect.objectContaining({ guess: 'Dong', agrees: true }),
      }),
    });
    // The learner's place in the lesson is where it was.
    expect(progress?.at).toBeUndefined();
  });

  test('stays after a reload, and is new after a save', async () => {
    await open('/#church-bells-step-2');
    await expectHere('2Ring 2');
    await page.reload();
    await expectHere('2Ring 2');
    await page.locator('#church-bells-step-2').waitFor();
    // From now on the shell tells what is saved.
    await page.locator('#shell-state[data-status]').waitFor();
    const file = join(bells.folder, 'side-trips/church-bells/README.md');
    await writeFile(file, trip.replace('## 2. Ring 2', '## 2. Ring louder'));
    bells.state.set({ tutorialVersion: 2 });
    await expectHere('2Ring louder');
    await page.getByRole('link', { name: 'step 1', exact: true }).click();
    await expectHere('1Ring 1');
    expect(await hash()).toBe('#step-1');
  });

  test('stands in the contents, behind the step that leads there', async () => {
    await open('/');
    const lines = page.locator('#shell-tutorial .contents a');
    expect(await lines.allTextContents()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^2 Ring 2/),
        'Church bells, a side trip',
      ]),
    );
    await page.getByRole('button', { name: 'Contents' }).click();
    const menu = page.locator('#shell-contents');
    await menu.getByRole('link', { name: 'Church bells' }).click();
    await title().waitFor();
    await page.getByRole('button', { name: 'Contents' }).click();
    expect(await menu.getByRole('link').count()).toBe(2);
  });
});
