/** Which of the engines that the course was measured in a browser has. */
import type { Engine } from '@on-the-wire/browser/engines.ts';

/** What each of them is called in a sentence. */
export const engineNames: Readonly<Record<Engine, string>> = {
  chromium: 'Chromium',
  firefox: 'Firefox',
  webkitgtk: 'WebKitGTK',
};

/**
 * The engine behind a browser's User-Agent; for one that is none of the three,
 * Chromium, whose sentences most readers have.
 *
 * @param userAgent as `navigator.userAgent` has it
 */
export function engineOf(userAgent: string): Engine {
  // All others say only that they are "like Gecko".
  if (/\bGecko\/\d/.test(userAgent)) return 'firefox';
  if (/Chrom(?:e|ium)\/\d/.test(userAgent)) return 'chromium';
  return /\bAppleWebKit\/\d/.test(userAgent) ? 'webkitgtk' : 'chromium';
}

/**
 * Whether a browser has Apple's WebKit: Safari, and every browser of an iPhone.
 * It shares WebKitGTK's engine, but not its network library, and the course was
 * not run in it.
 *
 * @param userAgent as `navigator.userAgent` has it
 */
export function isSafari(userAgent: string): boolean {
  return (
    engineOf(userAgent) === 'webkitgtk' &&
    /\((?:Macintosh|iPhone|iPad|iPod)\b/.test(userAgent)
  );
}
