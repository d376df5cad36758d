/** The licences of the packages that a bundle holds, with all their words. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAllowed } from '@on-the-wire/quality/check/licences.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';

/** A package that was bundled. */
export interface Bundled {
  name: string;
  version: string;
  /** An SPDX expression. */
  licence: string;
  /** What its authors want to be passed on with it. */
  text: string;
}

/**
 * Finds the packages that files belong to, each version once, by their names.
 *
 * @param root the folder that the paths start from
 * @param inputs of esbuild: `node_modules/.pnpm/…/node_modules/open/index.js`
 * @throws UsageError (1) that names a package which may not be passed on, or
 *   has no words to pass on with it
 */
export async function bundledPackages(
  root: string,
  inputs: string[],
): Promise<Bundled[]> {
  const folders = inputs.flatMap(
    (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? [],
  );
  const bundled = await Promise.all(
    [...new Set(folders)].map((folder) => readPackage(join(root, folder))),
  );
  return bundled.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The licences in one text: a heading for each, then its words. */
export function inWords(bundled: Bundled[]): string {
  return [
    'This program holds packages of others, whole or in part:\n',
    ...bundled.map(
      (one) =>
        `${'='.repeat(78)}\n${keyOf(one)} (${one.licence})\n\n${one.text}`,
    ),
  ].join('\n');
}

async function readPackage(folder: string): Promise<Bundled> {
  const json = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as { name: string; version: string; license?: string };
  const { name, version, license: licence = '' } = json;
  if (!isAllowed(licence))
    throw new UsageError(
      `${name}@${version} would be packed, and has the licence ` +
        `${licence || '(none)'}: expected one that ${'`'}pnpm check licences${'`'} ` +
        'allows. Take another package, or do without.',
      1,
    );
  const files = (await readdir(folder)).filter((file) =>
    /^(?:licen[cs]e|copying|notice|copyright)/i.test(file),
  );
  if (files.length === 0)
    throw new UsageError(
      `${name}@${version} would be packed, and no words of its licence ` +
        `(${licence}) are in ${folder}: expected a file LICENSE. Take another ` +
        'package, or do without.',
      1,
    );
  const texts = await Promise.all(
    files.toSorted().map((file) => readFile(join(folder, file), 'utf8')),
  );
  const text = texts
    .map((each) => `${each.replaceAll('\r\n', '\n').trim()}\n`)
    .join('\n');
  return { name, version, licence, text };
}

function keyOf({ name, version }: Bundled): string {
  return `${name} ${version}`;
}
