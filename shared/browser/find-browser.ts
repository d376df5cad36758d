/**
 * The Chrome or Chromium of this machine, as it is installed. Nothing is ever
 * downloaded.
 */
import { Launcher } from 'chrome-launcher';

/** What to do where there is none, for the end of a sentence. */
export const noBrowser =
  'no Chrome or Chromium was found: install one, or set CHROME_PATH to it';

/** The program's path, or `undefined` where there is none. */
export function findBrowser(): string | undefined {
  if (process.env['CHROME_PATH']) return process.env['CHROME_PATH'];
  try {
    return Launcher.getInstallations()[0];
  } catch {
    return undefined; // chrome-launcher throws where it finds nothing
  }
}

/** Chromium's sandbox refuses to work for root, as in most containers. */
export const forRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
