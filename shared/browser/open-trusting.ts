/** A browser that accepts the certificate of this machine's lessons. */
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { findBrowser, forRoot } from './find-browser.ts';

const profiles = fileURLToPath(
  new URL('../../node_modules/.cache/browsers', import.meta.url),
);

/**
 * Opens an address in Chrome or Chromium, which accepts one certificate beside
 * those that it trusts anyway. It has a profile of its own for each: one that
 * runs already opens the address as a tab, so it must have been started for
 * the same certificate. Nothing is installed, and no trust of the system's
 * changes.
 *
 * @param spki see `Certificate`
 * @param flags further ones for the program
 * @returns whether there is such a browser, and it could be started
 */
export async function openTrusting(
  url: string,
  spki: string,
  flags: string[] = [],
): Promise<boolean> {
  const program = findBrowser();
  if (program === undefined) return false;
  const child = spawn(program, [...trusting(spki), ...flags, url], {
    stdio: 'ignore',
    // It stays when the lesson ends, as any browser does.
    detached: true,
    windowsHide: true,
  });
  child.unref();
  try {
    await once(child, 'spawn');
    return true;
  } catch {
    return false;
  }
}

/**
 * The flags with which a Chromium accepts one certificate.
 *
 * @param spki see `Certificate`
 * @param folder where its profiles are kept
 */
export function trusting(spki: string, folder = profiles): string[] {
  const name = createHash('sha256').update(spki).digest('hex').slice(0, 12);
  return [
    `--ignore-certificate-errors-spki-list=${spki}`,
    // Without a profile of its own it does not listen to that.
    `--user-data-dir=${join(folder, name)}`,
    '--no-first-run',
    '--no-default-browser-check',
    ...forRoot,
  ];
}
