/**
 * A walk through a lesson, short enough for every engine: as learners see it,
 * the page in the shell's frame. It connects, is cut, and reconnects; then the
 * board has missed nothing, the console says nothing of its own, and shell and
 * page please axe and can be read.
 */
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import {
  describeInEngines,
  describeWithBrowser,
} from '@on-the-wire/testing/describe-with-browser.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import type {
  Browser,
  Document,
  Locator,
  Page,
} from '@on-the-wire/browser/page.ts';
import { howToInstall, titleOf } from '@on-the-wire/proxies/find.ts';
import { minimalLines, passingLines } from '@on-the-wire/proxies/lines.ts';
import { programs, type ProxyName } from '@on-the-wire/proxies/programs.ts';
import { chooseProxy } from '../../behind/choice.ts';
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

/** What is particular about it behind proxies. */
export interface WalkBehind extends Walk {
  /** Those for which the least lines do not do; see `passingLines`. */
  needsMore?: readonly ProxyName[];
  /** Another than nginx, HAProxy and Caddy. */
  also?: ProxyName;
  /** Signs in as staff, and waits until the page says so of later requests. */
  signIn?(lesson: Document): Promise<void>;
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
    running = await runLesson(findLesson(name), {
      port: await freeAdjacentPorts(3),
      terminal: quiet(),
    });
  });
  afterAll(() => running?.stop());

  describeInEngines(
    `a walk through ${name}`,
    (browser) => {
      const seen = declareSteps(browser, () => running, begin);

      test('pleases axe and can be read, the page and the shell around it', async () => {
        const { page, lesson } = seen();
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

/**
 * Declares walks through a lesson behind nginx, HAProxy and Caddy, which end
 * TLS, and behind one more, in Chromium. What is not installed is skipped with
 * a line.
 *
 * @param name of the lesson
 */
export function walkBehind(
  name: string,
  { begin, needsMore = [], also, signIn }: WalkBehind,
): void {
  const lesson = findLesson(name);
  const wanted = [
    'nginx',
    'haproxy',
    'caddy',
    ...(also ? [also] : []),
  ] as const;
  for (const proxy of wanted) {
    const { endsTls } = programs[proxy];
    const choice = chooseProxy(lesson, proxy, { tls: endsTls });
    const { installed } = choice;
    const title = installed ? titleOf(installed) : programs[proxy].title;
    if (!installed) process.stderr.write(`Skipped: ${howToInstall(proxy)}\n`);
    // oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
    (installed ? describe : describe.skip)(`behind ${proxy}`, () => {
      let running: RunningLesson;
      let folder: string;
      beforeAll(async () => {
        folder = await mkdtemp(join(tmpdir(), 'behind-'));
        const tls = lesson.manifest.tls ?? false;
        const lines = needsMore.includes(proxy) ? passingLines : minimalLines;
        const file = join(folder, programs[proxy].file);
        await writeFile(file, lines(proxy, { tls }));
        running = await runLesson(lesson, {
          port: await freeAdjacentPorts(3),
          terminal: quiet(),
          behind: { ...choice, folder },
        });
      });
      afterAll(async () => {
        await running?.stop();
        await rm(folder, { recursive: true, force: true });
      });
      describeWithBrowser(
        `a walk through ${name} behind ${title}`,
        (browser) => {
          const seen = declareSteps(
            browser as unknown as () => Browser,
            () => running,
            begin,
          );

          // To a page over TLS the shell is another site: the page's cookie
          // must come along all the same.
          if (signIn)
            test('knows its staff', async () => {
              await signIn(seen().lesson);
            });
        },
      );
    });
  }
}

/** A terminal that nobody reads. */
function quiet() {
  const stream = new PassThrough().resume();
  return { stdout: stream, stderr: stream };
}

/** Declares what every walk does; the function that it returns is for hooks and tests. */
function declareSteps(
  browser: () => Browser,
  running: () => RunningLesson,
  begin: Walk['begin'],
): () => { page: Page; lesson: Document } {
  let page: Page;
  let lesson: Document;
  const said: string[] = [];
  // A script that has thrown never opens anything: nobody waits for it.
  const isBroken = Promise.withResolvers<never>();
  isBroken.promise.catch(() => {});
  beforeAll(async () => {
    page = await browser().newPage({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    page.setDefaultTimeout(LONG);
    page.on('console', (message: { text(): string }) =>
      said.push(message.text()),
    );
    page.on('pageerror', (error: Error) => {
      said.push(String(error));
      isBroken.reject(error);
    });
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
      const pause = new Promise((done) => setTimeout(done, 50));
      await Promise.race([pause, isBroken.promise]);
    }
  }

  test('connects, and its board sees each update', async () => {
    await page.goto(running().shellUrl!);
    await page.locator('.prose h2').first().waitFor();
    await Promise.race([
      lesson.locator('#state[data-state=open]').waitFor(),
      isBroken.promise,
    ]);
    // What comes first tells the rate: not after another was chosen.
    await lesson.locator('[name=rate]:checked').waitFor({ state: 'attached' });
    await begin(lesson);
    await seesMoreThan(0);
    const { seen, of } = await count();
    expect(seen).toBe(of);
    expect(said.filter((text) => !ofTheEngine.test(text))).toEqual([]);
  });

  test('reconnects after a reset, and has missed nothing', async () => {
    await page.locator('[data-control=break]').click();
    const cuts = () =>
      running()
        .log!.lines(0, 100_000)
        .filter(({ kind }) => kind === 'fault');
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

  return () => ({ page, lesson });
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
