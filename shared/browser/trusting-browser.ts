/** The browser of this machine, which takes this machine's own certificate. */
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { openBrowser, type Browser } from './browser.ts';

/**
 * Starts a headless browser that accepts the certificate of `localCertificate`.
 *
 * @throws Error where no browser is installed
 */
export async function openTrustingBrowser(): Promise<Browser> {
  const { spki } = await localCertificate();
  return openBrowser([`--ignore-certificate-errors-spki-list=${spki}`]);
}
