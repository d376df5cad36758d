/** What is installed may be passed on: only permissive licences. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from './finding.ts';
import { packageJson, type PackageJson } from './tree.ts';

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
};

/** Looks at each package that pnpm installed, those of packages included. */
export async function checkLicences(root: string): Promise<Finding[]> {
  const store = 'node_modules/.pnpm';
  const folders = await names(join(root, store));
  if (folders.length === 0) {
    return [
      {
        file: 'node_modules',
        found: 'nothing that pnpm installed',
        expected: 'the packages of the lock file',
        remedy: 'Run pnpm install.',
      },
    ];
  }
  const packages = await Promise.all(
    folders
      .filter((folder) => folder !== 'node_modules')
      .map((folder) => packagesIn(root, `${store}/${folder}/node_modules`)),
  );
  const findings = packages.flat().flatMap(({ json, folder }) => {
    const { name = folder, version = '?' } = json;
    const licence = licenceOf(json);
    if (isAllowed(licence) || exceptions[name] === licence) return [];
    return [
      {
        file: 'pnpm-lock.yaml',
        found: `${name}@${version} has the licence ${licence || '(none)'}`,
        expected: `one of ${[...allowed].join(', ')}`,
        remedy: 'Take another package, or do without.',
      },
    ];
  });
  // The same version is installed more than once where its peers differ.
  return [...new Map(findings.map((one) => [one.found, one])).values()];
}

type Installed = PackageJson & {
  version?: string;
  /** As packages wrote it before there were expressions. */
  licenses?: { type?: string }[];
};

/** The packages that really stand in a folder; the others are links. */
async function packagesIn(
  root: string,
  folder: string,
): Promise<{ json: Installed; folder: string }[]> {
  const found: { json: Installed; folder: string }[] = [];
  for (const name of await names(join(root, folder))) {
    if (name.startsWith('@')) {
      found.push(...(await packagesIn(root, `${folder}/${name}`)));
      continue;
    }
    const json = await packageJson(root, `${folder}/${name}`);
    if (json) found.push({ json, folder: `${folder}/${name}` });
  }
  return found;
}

/** The folders in a folder, links left out. */
async function names(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function licenceOf({ license, licenses }: Installed): string {
  if (license !== undefined) return license;
  return (licenses ?? []).map(({ type }) => type).join(' OR ');
}

/** Reads an SPDX expression: of OR one will do, of AND all must be allowed. */
function isAllowed(licence: string): boolean {
  const plain = licence.replaceAll(/[()]/g, '');
  return plain
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((part) => allowed.has(part)));
}
