import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { engineOf } from '@on-the-wire/viewer/page/engine.ts';
import { stage } from './stage.ts';

// Chromium can say by its User-Agent that it is another.

const tutorial = `# Bells

## 1. Ring (4 min)

**Predict.** When?

- [ ] Now

**Do.** Press [*Cut now*](#wire:cut). <!-- do: cut -->

**See.** It ends.

- **Chromium, WebKitGTK:** At \`once\`. <!-- see: cut -->
- **Firefox:** Never. <!-- see: note end -->

**Why.** Because.
`;
const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0';
const blink = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0';
const userAgents = {
  chromium: `Mozilla/5.0 (X11; Linux x86_64) ${blink} Safari/537.36`,
  firefox:
    'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
  webkitgtk: `Mozilla/5.0 (X11; Linux x86_64) ${webkit} Safari/605.1.15`,
  safari: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Safari/605.1.15`,
};

describeWithBrowser('sentences by engine', (browser) => {
  let shell: Awaited<ReturnType<typeof stage>>;
  beforeAll(async () => {
    shell = await stage({ 'README.md': tutorial });
  });
  afterAll(() => shell.end());

  const open = async (userAgent?: string): Promise<Page> => {
    const page = await browser().newPage(userAgent ? { userAgent } : {});
    await page.goto(shell.origin);
    await page
      .locator('.outcome')
      .evaluate((fold) => ((fold as HTMLDetailsElement).open = true));
    return page;
  };
  const shown = (page: Page) =>
    page
      .locator('.see > .by-engine')
      .evaluate((box) => (box as HTMLElement).innerText.split(/\n+/));

  test('the browser that runs this has its own', async () => {
    const page = await open();
    try {
      const own = engineOf(await page.evaluate(() => navigator.userAgent));
      const words = own === 'firefox' ? 'Never.' : 'At once.';
      expect(await shown(page)).toEqual([words, 'In other engines']);
    } finally {
      await page.close();
    }
  });

  test.each([
    ['Chromium', userAgents.chromium, ['At once.', 'In other engines']],
    ['Firefox', userAgents.firefox, ['Never.', 'In other engines']],
    ['WebKitGTK', userAgents.webkitgtk, ['At once.', 'In other engines']],
    [
      'Safari',
      userAgents.safari,
      [
        'At once.',
        'Measured in WebKitGTK, which shares Safari’s engine; Safari was not run.',
        'In other engines',
      ],
    ],
  ])('%s has its own', async (_name, userAgent, lines) => {
    const page = await open(userAgent);
    try {
      expect(await shown(page)).toEqual(lines);
    } finally {
      await page.close();
    }
  });

  test('the others are a key press away, at any width, and the run ticks only the own', async () => {
    const page = await open(userAgents.chromium);
    try {
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 800 });
        const summary = page.getByText('In other engines');
        await summary.press('Enter');
        expect(await shown(page)).toEqual([
          'At once.',
          'In other engines',
          'WebKitGTK: As here.',
          'Firefox: Never.',
        ]);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await accessibilityViolations(page)).toEqual([]);
        }
        await summary.press('Enter');
      }
      expect(await page.locator('a.tick.seen').count()).toBe(1);
      await page.getByRole('link', { name: 'Cut now' }).press('Enter');
      await page.locator('[data-control=cut]:focus').waitFor();
      await page.keyboard.press('Enter');
      await page
        .locator('.by-engine > div a.tick[data-done]')
        .waitFor({ state: 'attached' });
    } finally {
      await page.close();
    }
  });

  test('a file, where no script runs, has all of them', async () => {
    const page = await browser().newPage();
    try {
      await page.goto(`${shell.origin}/files/README.md`);
      expect(await page.locator('ul.by-engine').innerText()).toBe(
        'Chromium, WebKitGTK: At once.\nFirefox: Never.',
      );
    } finally {
      await page.close();
    }
  });
});
