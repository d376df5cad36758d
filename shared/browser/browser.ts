/** The browser of this machine, for tests and scripts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { findBrowser, forRoot, noBrowser } from './find-browser.ts';

export { findBrowser, noBrowser };

/**
 * What Chromium does for its own window, in every window, and nobody sees here:
 * it loads two pages of its address bar, and a renderer to spare. That was two
 * fifths of the processor time of a page (Chromium 156).
 */
const unseen = [
  'SpareRendererForSitePerProcess',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxPopup',
];

/**
 * What playwright-core 1.65 disables: of two such flags Chromium takes only the
 * last, which is ours. A test compares them.
 */
const asPlaywright = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'TcpPortRandomizationWin',
  'ThirdPartyStoragePartitioning',
  'msEdgeUpdateLaunchServicesPreferredVersion',
  'msForceBrowserSignIn',
];

/** How each browser of tests and scripts is started, besides its own flags. */
export const browserFlags = [
  ...forRoot,
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${[...asPlaywright, ...unseen].join(',')}`,
];

/**
 * Starts a headless browser with a profile of its own, which `close()` of the
 * browser removes again.
 *
 * @param args further flags for the program
 * @throws Error where no browser is installed, or it does not start
 */
export async function openBrowser(args: string[] = []): Promise<Browser> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error(`Opening a browser: ${noBrowser}`);
  // Takes half a second to load: not before it is needed.
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath,
    args: [...browserFlags, ...args],
  });
}

/**
 * Starts a headless browser with a profile that has these preferences. Unlike a
 * page of `openBrowser` it is no incognito window, so settings apply that
 * differ there: which third-party cookies go along, for example.
 *
 * @param folder an empty one for the profile, which the caller removes
 * @param preferences as in Chromium's own file `Preferences`
 * @throws Error where no browser is installed, or it does not start
 */
export async function openProfile(
  folder: string,
  preferences: object,
): Promise<BrowserContext> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error(`Opening a browser: ${noBrowser}`);
  mkdirSync(join(folder, 'Default'));
  const file = join(folder, 'Default/Preferences');
  writeFileSync(file, JSON.stringify(preferences));
  const { chromium } = await import('playwright-core');
  const args = browserFlags;
  return chromium.launchPersistentContext(folder, { executablePath, args });
}

export type {
  Browser,
  BrowserContext,
  ConsoleMessage,
  Page,
  Request,
} from 'playwright-core';
