/**
 * Makes the moving picture in README.md: the first minute of a lesson, from a
 * run that goes on while it is taken; and the still one, for those who asked for
 * less motion. `pnpm exec node scripts/first-minute.ts`
 */
import { writeFile } from 'node:fs/promises';
import { openBrowser } from '@on-the-wire/browser/browser.ts';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import { runLesson } from '@on-the-wire/course/harness/run-lesson.ts';
import { animate, type Frame } from '@on-the-wire/quality/pictures/apng.ts';
import { seeLesson } from '@on-the-wire/quality/runner/see-lesson.ts';

const most = 1_000_000; // bytes: a reader's first page should not wait for it
const hold = { before: 1_500, after: 5_000 }; // ms

const running = await runLesson(findLesson('sse'));
const browser = await openBrowser();
try {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    reducedMotion: 'reduce', // no letter is caught while it turns
  });
  await seeLesson(page, running.shellUrl!, 5);
  const button = page.locator('.opening .press');
  await button.hover();

  const frames: Frame[] = [];
  let began = performance.now();
  const take = async (least = 0) => {
    const png = await page.screenshot();
    const now = performance.now();
    const last = frames.at(-1);
    // As long as it lasted; the last, until the next was taken.
    if (last) last.shown = Math.max(last.shown, Math.round(now - began));
    frames.push({ png, shown: least });
    began = now;
  };
  await take(hold.before);
  await button.click();
  const again = page.locator('.opening .after');
  while (!(await again.isVisible())) await take();
  await page.mouse.move(0, 0);
  await take(hold.after);

  const moving = animate(frames);
  if (moving.length > most)
    throw new Error(
      `The picture: found ${moving.length} bytes, expected at most ${most}. Take it when less goes on.`,
    );
  await writeFile('.github/first-minute.png', moving);
  await writeFile('.github/first-minute-still.png', animate(frames.slice(-1)));
  console.log(`${frames.length} frames, ${moving.length} bytes`);
} finally {
  await browser.close();
  await running.stop();
}
