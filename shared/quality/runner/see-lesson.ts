/**
 * Looks at a lesson that runs, as a learner would: tutorial and page in a real
 * browser. By itself: `node shared/quality/runner/see-lesson.ts <address of the shell>`
 */
import type { DeparturesBoard } from '@on-the-wire/lesson/board/departures-board.ts';
import { openBrowser, type Page } from '@on-the-wire/browser/browser.ts';

/** Only what hangs takes so long, even on a machine with much to do. */
const timeoutMs = 300_000;

/**
 * Opens the shell and waits until the tutorial is there, and the lesson's
 * board has seen some updates.
 *
 * @throws Error where that takes longer than five minutes
 */
export async function seeLesson(
  page: Page,
  shellUrl: string,
  updates: number,
): Promise<void> {
  page.setDefaultTimeout(timeoutMs);
  await page.goto(shellUrl);
  await page.locator('h1').first().waitFor();
  const framed = await page.locator('iframe').elementHandle();
  const lesson = await framed?.contentFrame();
  if (!lesson) throw new Error(`${shellUrl} frames no page of a lesson.`);
  await lesson.waitForFunction(
    (least) =>
      Number(
        document.querySelector<DeparturesBoard>('departures-board')?.seen,
      ) >= least,
    updates,
  );
}

if (import.meta.main) {
  const [, , shellUrl = ''] = process.argv;
  const browser = await openBrowser();
  try {
    await seeLesson(await browser.newPage(), shellUrl, 1);
    console.log(`${shellUrl}: the tutorial is there, and the board updates.`);
  } finally {
    await browser.close();
  }
}
