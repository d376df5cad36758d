/** The first minute of a lesson, as a test sees it in a real browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import type { Browser, Page } from '@on-the-wire/browser/browser.ts';
import type { Details } from '@on-the-wire/viewer/source.ts';
import { findLesson } from '../../harness/lessons.ts';
import { runLesson, type RunningLesson } from '../../harness/run-lesson.ts';

/** One thing that is shown after the press. */
export interface Seen {
  /** What it is called. */
  name: string;
  /** As it was sent, or as the page shows it; the cut as ⚡. */
  code: string;
  /** What is said about it. */
  about: string;
  /** The unit that its link opens, as the shell recorded it. */
  unit: Details | undefined;
}

/** A lesson that runs, open in a browser as if it had never been before. */
export interface Opened {
  page: Page;
  running: RunningLesson;
  /** ms from the first paint to now. */
  sincePaint(): Promise<number>;
  /** Presses the button. Resolves, with ms, when all is shown. */
  press(): Promise<number>;
  /** As `press`, and again, up to twice, where the page says so. */
  pressAgain(): Promise<void>;
  seen(): Promise<Seen[]>;
  /** What of the opening is not wholly in view, in words. */
  outOfView(): Promise<string[]>;
  end(): Promise<void>;
}

/**
 * ms that a press may take while other tests run beside it; alone it takes some
 * five seconds.
 */
export const MOST_MS = 60_000;

/**
 * Runs a lesson and opens it.
 *
 * @param size of the window, in px
 */
export async function openLesson(
  browser: Browser,
  name: string,
  size = { width: 1280, height: 800 },
): Promise<Opened> {
  const nowhere = new PassThrough().resume();
  // A learner's own says where another test has stopped reading.
  const folder = mkdtempSync(join(tmpdir(), 'opening-'));
  const running = await runLesson(findLesson(name), {
    port: await freeAdjacentPorts(3),
    progress: join(folder, 'progress.json'),
    terminal: { stdout: nowhere, stderr: nowhere },
  });
  const context = await browser.newContext({ viewport: size });
  context.setDefaultTimeout(2 * MOST_MS);
  const page = await context.newPage();
  await page.goto(running.shellUrl!);
  const button = page.locator('.opening .press');
  await button.waitFor();
  const opened: Opened = {
    page,
    running,
    sincePaint: () =>
      page.evaluate(
        () =>
          performance.now() -
          performance.getEntriesByName('first-contentful-paint')[0]!.startTime,
      ),
    async press() {
      const began = performance.now();
      const presses = await page
        .locator('.opening')
        .getAttribute('data-presses');
      await button.press('Enter');
      const ended = `.opening[data-presses="${Number(presses) + 1}"]`;
      await page.locator(ended).waitFor({ state: 'attached' });
      const told = await page.locator('.opening .doing').textContent();
      if (told !== '') throw new Error(`${told}`);
      return performance.now() - began;
    },
    async pressAgain() {
      for (let left = 2; ; left -= 1)
        try {
          await opened.press();
          return;
        } catch (error) {
          if (left === 0 || !String(error).includes('Press again')) throw error;
        }
    },
    seen: () => readSights(page, running),
    outOfView: () => page.evaluate(findOutOfView),
    async end() {
      await context.close();
      await running.stop();
      rmSync(folder, { recursive: true });
    },
  };
  return opened;
}

async function readSights(page: Page, { log }: RunningLesson): Promise<Seen[]> {
  const items = await page.locator('.opening .shown > li').evaluateAll((all) =>
    all.map((item) => ({
      name: item.querySelector('.name')?.textContent ?? '',
      code: item.querySelector('pre')?.textContent ?? '',
      about: item.querySelector('.about')?.firstChild?.textContent ?? '',
      n: item.querySelector('a')?.getAttribute('href')?.slice('#unit-'.length),
    })),
  );
  return items.map(({ n, ...item }) => ({
    ...item,
    about: item.about.trim(),
    unit: n === undefined ? undefined : log?.details(Number(n)),
  }));
}

/** Runs in the page: what is clipped, covered, or beyond an edge. */
function findOutOfView(): string[] {
  const book = document.querySelector('#shell-tutorial')!;
  const edges = book.getBoundingClientRect();
  if (book.scrollTop !== 0) return ['it was scrolled'];
  const all = '.sentence, .press, .name, pre, .about, .after, .shown a';
  return [...document.querySelectorAll(`.opening :is(${all})`)].flatMap(
    (part) => {
      if (!part.checkVisibility()) return [];
      const { top, right, bottom, left } = part.getBoundingClientRect();
      const isInside =
        top >= edges.top &&
        bottom <= Math.min(edges.bottom, innerHeight) &&
        left >= edges.left &&
        right <= edges.right &&
        // Inline, it has no box of its own that could clip it.
        (part.clientWidth === 0 || part.scrollWidth <= part.clientWidth + 1);
      const hit = document.elementFromPoint(
        (left + right) / 2,
        (top + bottom) / 2,
      );
      const isOnTop =
        hit !== null && (part.contains(hit) || hit.contains(part));
      return isInside && isOnTop
        ? []
        : [`${part.className} ${part.textContent}`];
    },
  );
}
