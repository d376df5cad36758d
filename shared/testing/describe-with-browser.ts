import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Browser as Playwright } from 'playwright-core';
import { engines, type Engine } from '@on-the-wire/browser/engines.ts';
import type { Browser } from '@on-the-wire/browser/page.ts';

/** What a file of tests finds as `workersBrowser`. */
export interface WorkersBrowser {
  /** The engine that all tests of this run are about, if it is about one. */
  only: Engine | undefined;
  /** What each engine is called in a sentence. */
  names: Readonly<Record<Engine, string>>;
  /** Why there is none; undefined where there is one. */
  missing(engine: Engine): string | undefined;
  /** The same for all files of a worker, so close only what you open in it. */
  open(engine: Engine): Promise<Browser>;
}

/**
 * A `describe` whose tests share one browser: it is that of other files too,
 * and each of its contexts is closed at the end. Without a browser they are
 * skipped, and one line says so. In it, `stranger.example` and its like lead to
 * this machine, and its own certificate is accepted. It is Chromium, or the
 * engine that the run is about; there, what its driver cannot do is not run.
 *
 * @param name what is described
 * @param body declares the tests; the function it gets returns the browser,
 *   and may be called from hooks and tests only
 */
export function describeWithBrowser(
  name: string,
  body: (browser: () => Playwright) => void,
): void {
  // Of another engine it is a part of that, and says so where a test needs more.
  describeIn(workersBrowser().only ?? 'chromium', name, (browser) =>
    body(browser as unknown as () => Playwright),
  );
}

/**
 * As `describeWithBrowser`, once in each engine, or in the one that the run is
 * about. The name that is described tells in which.
 *
 * @param among the engines of a run that is about none
 */
export function describeInEngines(
  name: string,
  body: (browser: () => Browser, engine: Engine) => void,
  among: readonly Engine[] = engines,
): void {
  const { only, names } = workersBrowser();
  for (const engine of only ? [only] : among)
    describeIn(engine, `${name}, in ${names[engine]}`, (browser) =>
      body(browser, engine),
    );
}

const workersBrowser = () =>
  (globalThis as unknown as { workersBrowser: WorkersBrowser }).workersBrowser;

function describeIn(
  engine: Engine,
  name: string,
  body: (browser: () => Browser) => void,
): void {
  const { missing, open } = workersBrowser();
  const why = missing(engine);
  if (why === undefined) {
    describe(`${name}`, () => {
      let browser: Browser;
      beforeAll(async () => {
        browser = await open(engine);
      });
      afterAll(async () => {
        for (const context of browser?.contexts() ?? []) await context.close();
      });
      body(() => browser);
    });
  } else {
    process.stderr.write(`Skipped "${name}": ${why}\n`);
    // oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
    describe.skip(`${name}`, () => {
      body(() => undefined as never);
    });
  }
}
