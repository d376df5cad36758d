import { describe } from '@jest/globals';
import {
  findProxy,
  howToInstall,
  type InstalledProxy,
} from '@on-the-wire/proxies/find.ts';
import type { ProxyName } from '@on-the-wire/proxies/programs.ts';

/**
 * A `describe` whose tests need a proxy. Where it is not installed, they are
 * skipped, and one line says so.
 *
 * @param title what is described
 * @param body declares the tests
 */
export function describeBehind(
  name: ProxyName,
  title: string,
  body: (installed: InstalledProxy) => void,
): void {
  const installed = findProxy(name);
  if (installed) {
    describe(`${title}`, () => {
      body(installed);
    });
  } else {
    process.stderr.write(`Skipped "${title}": ${howToInstall(name)}\n`);
    // oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
    describe.skip(`${title}`, () => {
      body(undefined as never);
    });
  }
}
