/**
 * The browser of this machine, for tests and scripts: Chrome or Chromium as it
 * is installed. Nothing is ever downloaded.
 */
import { Launcher } from 'chrome-launcher';
import { chromium, type Browser } from 'playwright-core';

/** What to say where there is none. */
export const noBrowser =
  'no Chrome or Chromium was found: install one, or set CHROME_PATH to it';

/** The program's path, or `undefined` where there is none. */
export function findBrowser(): string | undefined {
  if (process.env['CHROME_PATH']) return process.env['CHROME_PATH'];
  try {
    return Launcher.getInstallations()[0];
  } catch {
    return undefined; // how chrome-launcher says that it found nothing
  }
}

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
  return chromium.launch({
    executablePath,
    args: [
      // Chromium's sandbox refuses to work for root, as in most containers.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
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

export type { Browser, ConsoleMessage, Page, Request } from 'playwright-core';
