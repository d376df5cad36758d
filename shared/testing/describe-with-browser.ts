import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Browser } from 'playwright-core';

/** What a file of tests finds as `workersBrowser`. */
export interface WorkersBrowser {
  /** Why there is none; undefined where there is one. */
  missing(): string | undefined;
  /** The same for all files of a worker, so close only what you open in it. */
  open(): Promise<Browser>;
}

/**
 * A `describe` whose tests share one browser: it is that of other files too,
 * and each of its contexts is closed at the end. Without a browser they are
 * skipped, and one line says so. In it, all names that end in `.example` lead
 * to this machine, and its own certificate is accepted.
 *
 * @param name what is described
 * @param body declares the tests; the function it gets returns the browser,
 *   and may be called from hooks and tests only
 */
export function describeWithBrowser(
  name: string,
  body: (browser: () => Browser) => void,
): void {
  const { workersBrowser } = globalThis as unknown as {
    workersBrowser: WorkersBrowser;
  };
  const missing = workersBrowser.missing();
  if (missing === undefined) {
    describe(`${name}`, () => {
      let browser: Browser;
      beforeAll(async () => {
        browser = await workersBrowser.open();
      });
      afterAll(async () => {
        for (const context of browser?.contexts() ?? []) await context.close();
      });
      body(() => browser);
    });
  } else {
    process.stderr.write(`Skipped "${name}": ${missing}\n`);
    // oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
    describe.skip(`${name}`, () => {
      body(() => undefined as never);
    });
  }
}
