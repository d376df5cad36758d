/**
 * Makes the picture in README.md: a lesson that runs, with some updates seen.
 * `pnpm exec node scripts/screenshot.ts [file]`
 */
import { findLesson } from '@on-the-wire/shared/harness/lessons.ts';
import { runLesson } from '@on-the-wire/shared/harness/run-lesson.ts';
import { openBrowser } from '@on-the-wire/shared/testing/browser.ts';
import { seeLesson } from '@on-the-wire/shared/testing/see-lesson.ts';

const [, , file = '.github/screenshot.png'] = process.argv;

const running = await runLesson(findLesson('sse'));
const browser = await openBrowser();
try {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    reducedMotion: 'reduce', // no letter is caught while it turns
  });
  await seeLesson(page, `${running.shellUrl}#step-2`, 10);
  await page.screenshot({ path: file });
  console.log(`${file} is written.`);
} finally {
  await browser.close();
  await running.stop();
}
