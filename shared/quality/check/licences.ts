/** What is installed may be passed on: only permissive licences. */
import { join } from 'node:path';
import { pnpmWith } from '@on-the-wire/system/programs/pnpm.ts';
import { execFile } from '@on-the-wire/system/programs/start.ts';
import type { Finding } from './finding.ts';
import { exists } from './tree.ts';

const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
]);

// Used to test, and not part of what is passed on.
const exceptions: Record<string, string> = {
  'axe-core': 'MPL-2.0', // looks through the pages
  'caniuse-lite': 'CC-BY-4.0', // data of Babel, which jest brings along
  lightningcss: 'MPL-2.0', // Vite's; in no learner's install
};

/** What `pnpm licenses list --json` tells: packages by their licence. */
export type PackagesByLicence = Record<
  string,
  { name: string; versions: string[] }[]
>;

/** An installation beside the workspace's, for tests; not everywhere. */
const clients = 'shared/quality/clients';

/** Looks at each package that pnpm installed, those of packages included. */
export async function checkLicences(root: string): Promise<Finding[]> {
  const findings = [await checkInstalled(root, '')];
  if (await exists(join(root, clients, 'node_modules')))
    findings.push(await checkInstalled(root, `${clients}/`));
  return findings.flat();
}

/** The same of one workspace: `folder` is empty, or ends with a slash. */
async function checkInstalled(
  root: string,
  folder: string,
): Promise<Finding[]> {
  const [program, args] = pnpmWith(['-r', 'licenses', 'list', '--json']);
  try {
    const { stdout } = await execFile(program, args, {
      cwd: join(root, folder),
      maxBuffer: 64 * 1024 * 1024,
    });
    const installed = JSON.parse(stdout) as PackagesByLicence;
    if (Object.keys(installed).length === 0) throw new Error('no package');
    return findingsOf(installed, `${folder}pnpm-lock.yaml`);
  } catch (error) {
    return [
      {
        file: `${folder}node_modules`,
        found: (error as Error).message,
        expected: 'packages that pnpm installed, and can list',
        remedy: 'Run pnpm install.',
      },
    ];
  }
}

/** A finding for each package that may not be passed on. */
export function findingsOf(
  installed: PackagesByLicence,
  file = 'pnpm-lock.yaml',
): Finding[] {
  return Object.entries(installed).flatMap(([licence, packages]) =>
    packages
      .filter(({ name }) => !isAllowed(licence) && !isException(name, licence))
      .map(({ name, versions }) => ({
        file,
        found: `${name}@${versions.join(', ')} has the licence ${licence}`,
        expected: `one of ${[...allowed].join(', ')}`,
        remedy: 'Take another package, or do without.',
      })),
  );
}

/** A part for one platform is named after its whole. */
function isException(name: string, licence: string): boolean {
  const whole = name.replace(/^lightningcss-.*/, 'lightningcss');
  return exceptions[whole] === licence;
}

/** Reads an SPDX expression: of OR one will do, of AND all must be allowed. */
export function isAllowed(licence: string): boolean {
  const plain = licence.replaceAll(/[()]/g, '');
  return plain
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((part) => allowed.has(part)));
}
