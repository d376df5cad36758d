/**
 * The Chrome or Chromium of this machine, as it is installed. Nothing is ever
 * downloaded.
 */
import { findEngine } from './engines.ts';

export { noChromium as noBrowser } from './engines.ts';

/** The program's path, or `undefined` where there is none. */
export const findBrowser = (): string | undefined => findEngine('chromium');

/** Chromium's sandbox refuses to work for root, as in most containers. */
export const forRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
