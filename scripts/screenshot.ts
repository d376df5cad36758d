/**
 * Makes the pictures in README.md: a lesson that runs, with some updates seen,
 * and the home page, wide and narrow.
 * `pnpm exec node scripts/screenshot.ts`
 */
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import { runLesson } from '@on-the-wire/course/harness/run-lesson.ts';
import { createCourse } from '@on-the-wire/home/course.ts';
import { openBrowser, type Browser } from '@on-the-wire/browser/browser.ts';
import { seeLesson } from '@on-the-wire/quality/runner/see-lesson.ts';

const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };
const look = {
  colorScheme: 'light',
  reducedMotion: 'reduce', // no letter is caught while it turns
} as const;

async function ofLesson(browser: Browser): Promise<void> {
  const running = await runLesson(findLesson('sse'));
  try {
    const page = await browser.newPage({ viewport: wide, ...look });
    await seeLesson(page, `${running.shellUrl}#step-2`, 10);
    await page.screenshot({ path: '.github/screenshot.png' });
  } finally {
    await running.stop();
  }
}

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
  await ofLesson(browser);
  await ofHome(browser);
} finally {
  await browser.close();
}
