/**
 * A walk through a lesson, short enough for every engine: as learners see it,
 * the page in the shell's frame. It connects, is cut, and reconnects; then the
 * board has missed nothing, the console says nothing of its own, and shell and
 * page please axe and can be read.
 */
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import type { Document, Locator, Page } from '@on-the-wire/browser/page.ts';
import { findLesson } from '../../harness/lessons.ts';
import { runLesson, type RunningLesson } from '../../harness/run-lesson.ts';

/** So long a page may take on a machine that has much else to do, in ms. */
const LONG = 120_000;

/** So many updates more prove that a page is connected, and not just was. */
const MORE = 3;

const allowed = {
  '.wire .line .summary':
    'a line of the wire is one row: the unit that it opens has the whole text',
  '.wire .links .traffic':
    'its button lies over it, without a ground of its own',
  '.here': 'the running head is one row: the title stands in the text below',
};

/**
 * What is looked at of the shell. Of the tutorial only its beginning: all of it
 * is looked at in Chromium by a test of its own.
 */
const around =
  '.strip, .running-head, .opening, #step-1, #shell-pane-page, .wire';

/**
 * What an engine itself says of a connection that was cut. And WebKitGTK fetches
 * what a page has preloaded for `fetch` once more, and says so.
 */
const ofTheEngine =
  /ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|was interrupted while|can.t establish a connection|network connection was lost|Connection reset|Failed to load resource|was preloaded using link preload/;

/** In Chromium the tests of pages see all of this, and more. */
const beyondChromium = ['firefox', 'webkitgtk'] as const;

/** What is particular about a lesson. */
export interface Walk {
  /** What a learner presses so that the board is kept up to date, and quickly. */
  begin(lesson: Document): Promise<void>;
}

/**
 * Declares the walk through a lesson, in each engine but Chromium; there, too, in
 * a run that is about it.
 *
 * @param name of the lesson
 */
export function walkThrough(name: string, { begin }: Walk): void {
  let running: RunningLesson;
  beforeAll(async () => {
    const quiet = new PassThrough().resume();
    running = await runLesson(findLesson(name), {
      port: await freeAdjacentPorts(3),
      terminal: { stdout: quiet, stderr: quiet },
    });
  });
  afterAll(() => running?.stop());

  describeInEngines(
    `a walk through ${name}`,
    (browser) => {
      let page: Page;
      let lesson: Document;
      const said: string[] = [];
      beforeAll(async () => {
        page = await browser().newPage({
          viewport: { width: 1280, height: 800 },
          reducedMotion: 'reduce',
        });
        page.setDefaultTimeout(LONG);
        page.on('console', (message: { text(): string }) =>
          said.push(message.text()),
        );
        page.on('pageerror', (error: Error) => said.push(String(error)));
        lesson = page.frameLocator('#shell-pane-page iframe');
      });
      afterAll(() => page?.close());

      /** How many updates the board has seen, and how many there were. */
      async function count(): Promise<{ seen: number; of: number }> {
        const text = await lesson.locator('#seen').textContent();
        const [, seen, of] = /(\d+) of (\d+)/.exec(text ?? '') ?? [];
        return { seen: Number(seen), of: Number(of) };
      }

      /** Waits until the board has seen some updates more than so many. */
      async function seesMoreThan(before: number): Promise<void> {
        const until = Date.now() + LONG;
        while (!((await count()).seen >= before + MORE)) {
          if (Date.now() > until)
            throw new Error(
              `The board has seen ${before} updates, and no ${MORE} more. The page: ` +
                `${(await lesson.locator('output').allInnerTexts()).join(' | ')}`,
            );
          await new Promise((done) => setTimeout(done, 50));
        }
      }

      test('connects, and its board sees each update', async () => {
        await page.goto(running.shellUrl!);
        await page.locator('.prose h2').first().waitFor();
        await lesson.locator('#state[data-state=open]').waitFor();
        await begin(lesson);
        await seesMoreThan(0);
        const { seen, of } = await count();
        expect(seen).toBe(of);
        expect(said.filter((text) => !ofTheEngine.test(text))).toEqual([]);
      });

      test('reconnects after a reset, and has missed nothing', async () => {
        await page.locator('[data-control=break]').click();
        const cuts = () =>
          running.log!.lines(0, 100_000).filter(({ kind }) => kind === 'fault');
        const before = cuts().length;
        await page.locator('[data-control=cut]').click();
        await page.locator('[data-control=break]').click();
        while (cuts().length === before)
          await new Promise((done) => setTimeout(done, 50));
        await seesMoreThan((await count()).seen);
        await lesson.locator('#state[data-state=open]').waitFor();
        const { seen, of } = await count();
        expect(seen).toBe(of);
        // And if the console says anything, it is the engine's own word of the cut.
        expect(said.filter((text) => !ofTheEngine.test(text))).toEqual([]);
      });

      test('pleases axe and can be read, the page and the shell around it', async () => {
        expect(await accessibilityViolations(page)).toEqual([]);
        expect(await geometryFaults(page, allowed, around)).toEqual([]);
        const inside = documentOf(lesson.locator(':root'));
        expect(await accessibilityViolations(inside)).toEqual([]);
        expect(await geometryFaults(inside, allowed)).toEqual([]);
      });
    },
    beyondChromium,
  );
}

/** The document of a root element, in which functions can be evaluated. */
function documentOf(root: Locator) {
  return {
    evaluate(call: unknown, value?: unknown) {
      const what = typeof call === 'string' ? call : `(${call})(value)`;
      // A page gets the text of it, so it is made of texts here.
      return root.evaluate(
        new Function('_root', 'value', `return ${what}`) as never,
        value,
      );
    },
  };
}
