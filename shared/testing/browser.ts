/** The browser of this machine, for tests and scripts. */
import type { Browser } from 'playwright-core';
import { findBrowser, forRoot, noBrowser } from '../harness/find-browser.ts';

export { findBrowser, noBrowser };

/**
 * Starts a headless browser with a profile of its own, which `close()` of the
 * browser removes again.
 *
 * @param args further flags for the program
 * @throws Error where no browser is installed
 */
export async function openBrowser(args: string[] = []): Promise<Browser> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error(`Opening a browser: ${noBrowser}`);
  // Takes half a second to load: not before it is needed.
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath,
    args: [
      ...forRoot,
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  });
}

export type {
  Browser,
  BrowserContext,
  ConsoleMessage,
  Page,
  Request,
} from 'playwright-core';
