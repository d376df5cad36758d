import { describe } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

/** Where they are installed. */
const installedIn = new URL('../quality/clients/', import.meta.url);

/** What is read of a package.json. */
interface Manifest {
  version: string;
  dependencies?: Record<string, string>;
}

/**
 * A `describe` whose tests need other people's clients, which are in no
 * learner's install. Where they are not installed, the tests are skipped, and
 * one line says so.
 *
 * Let a process of its own load them: jest's modules have another `Error` than
 * Node's own, which some clients do not take for one.
 *
 * @param title what is described
 * @param body declares the tests; the function it gets returns the absolute
 *   path of a file in `shared/quality/clients`, such as
 *   `node_modules/vite/bin/vite.js`
 */
export function describeWithClients(
  title: string,
  body: (at: (file: string) => string) => void,
): void {
  const at = (file: string) => fileURLToPath(new URL(file, installedIn));
  const why = whyMissing(installedIn);
  if (why === undefined) {
    describe(`${title}`, () => {
      body(at);
    });
  } else {
    process.stderr.write(
      `Skipped "${title}": ${why}; type ` +
        `"${pnpm} --dir shared/quality/clients install --frozen-lockfile"\n`,
    );
    // oxlint-disable-next-line jest/no-disabled-tests -- only where none are
    describe.skip(`${title}`, () => {
      body(at);
    });
  }
}

/**
 * What is not installed there, or in another version than package.json names;
 * undefined where all is. Where none is, it names none of them.
 *
 * @param folder of a package.json whose versions are exact, with a slash
 */
export function whyMissing(folder: URL): string | undefined {
  if (!existsSync(new URL('node_modules/', folder)))
    return 'the clients are not installed';
  const { dependencies = {} } = read(new URL('package.json', folder)) ?? {};
  for (const [name, version] of Object.entries(dependencies)) {
    const manifest = new URL(`node_modules/${name}/package.json`, folder);
    const installed = read(manifest)?.version;
    if (installed !== version)
      return installed === undefined
        ? `${name} is not installed`
        : `${name} is installed as ${installed}, not ${version}`;
  }
  return undefined;
}

function read(file: URL): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
