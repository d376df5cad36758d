/**
 * Makes the pictures of the home page in README.md, wide and narrow; the moving
 * one is made by first-minute.ts. `pnpm exec node scripts/screenshot.ts`
 */
import { createCourse } from '@on-the-wire/home/course.ts';
import { openBrowser, type Browser } from '@on-the-wire/browser/browser.ts';

const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };
const look = {
  colorScheme: 'light',
  reducedMotion: 'reduce', // no letter is caught while it turns
} as const;

async function ofHome(browser: Browser): Promise<void> {
  const course = createCourse();
  const home = await course.runHome();
  try {
    for (const [name, viewport] of Object.entries({ wide, narrow })) {
      const page = await browser.newPage({ viewport, ...look });
      await page.goto(home.url);
      await page.locator('#shell-table button').first().waitFor();
      await page.screenshot({ path: `.github/home-${name}.png` });
    }
  } finally {
    await course.stop();
  }
}

const browser = await openBrowser();
try {
  await ofHome(browser);
} finally {
  await browser.close();
}
