import { afterAll, beforeAll, describe, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { findBrowser, noBrowser, openBrowser } from './browser.ts';

/**
 * A `describe` whose tests share one browser. Without a browser they are
 * skipped, and one line says so; where `CI` is set they fail.
 *
 * @param name what is described
 * @param body declares the tests; the function it gets returns the browser,
 *   and may be called from hooks and tests only
 * @param args further flags for the browser
 */
export function describeWithBrowser(
  name: string,
  body: (browser: () => Browser) => void,
  args: string[] = [],
): void {
  if (findBrowser()) {
    describe(`${name}`, () => {
      let browser: Browser;
      beforeAll(async () => {
        browser = await openBrowser(args);
      }, 30_000);
      afterAll(() => browser?.close());
      body(() => browser);
    });
  } else if (process.env['CI']) {
    describe(`${name}`, () => {
      test('has a browser', () => {
        throw new Error(`CI is set, but ${noBrowser}`);
      });
    });
  } else {
    process.stderr.write(`Skipped "${name}": ${noBrowser}\n`);
    // oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
    describe.skip(`${name}`, () => {
      body(() => undefined as never);
    });
  }
}
