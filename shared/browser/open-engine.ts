/** Opens any of the engines, to be used alike. */
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { findEngine, missingEngine, type Engine } from './engines.ts';
import type { DriverOptions } from './drivers/driver.ts';
import type { Browser } from './page.ts';

/**
 * Starts an engine with a profile of its own, which `close()` removes again.
 * It accepts the certificate of `localCertificate`.
 *
 * @throws Error where it is not installed, or does not start
 */
export async function openEngine(
  engine: Engine,
  options: DriverOptions = {},
): Promise<Browser> {
  const program = findEngine(engine);
  if (program === undefined)
    throw new Error(`Opening a browser: ${missingEngine(engine)}`);
  // Each takes time to load: not before it is needed.
  if (engine === 'chromium') {
    const { openBrowser } = await import('./browser.ts');
    const { spki } = await localCertificate();
    const rules = (options.hosts ?? []).map((host) => `MAP ${host} 127.0.0.1`);
    const browser = await openBrowser([
      `--ignore-certificate-errors-spki-list=${spki}`,
      ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join()}`] : []),
    ]);
    // Its types unbox handles to values in the page, which we never pass.
    return browser as unknown as Browser;
  }
  const { asBrowser } = await import('./drivers/facade.ts');
  const start =
    engine === 'firefox'
      ? (await import('./drivers/firefox.ts')).startFirefox
      : (await import('./drivers/webkitgtk.ts')).startWebKitGTK;
  return asBrowser(await start(program, options));
}
