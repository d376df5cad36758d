/**
 * Each package.json says which packages may be imported, types included:
 * - A relative import stays in its package.
 * - A package imports only those that it declares: among the dependencies
 *   for what runs without tests; tests and types may have it among the
 *   devDependencies, and types alone as @types/NAME.
 * - What runs without tests imports nothing that is there for tests.
 */
import { posix } from 'node:path';
import type { Finding } from './finding.ts';
import { findImports } from './imports.ts';
import { filesOf, packageJson, type PackageJson } from './tree.ts';

/** What is there for tests, or for those who look after the tree. */
const forTests = /(?:^|\/)test\/|^shared\/(?:testing|quality|pack)\//;

type Packages = Map<string, PackageJson>;

/** Looks at each import in lessons, shared and scripts. */
export async function checkPackages(root: string): Promise<Finding[]> {
  const all = await filesOf(root);
  const packages: Packages = new Map();
  for (const file of all.filter((path) => /(^|\/)package\.json$/.test(path))) {
    const folder = posix.dirname(file);
    packages.set(folder, (await packageJson(root, folder)) ?? {});
  }
  const files = all.filter((file) =>
    /^(?:lessons|shared|scripts)\/.*\.ts$/.test(file),
  );
  const { imports, findings } = await findImports(root, files);
  for (const { file, line, specifier, typesOnly } of imports) {
    if (specifier.startsWith('node:')) continue;
    const refusal = refuse(file, specifier, typesOnly, packages);
    if (!refusal) continue;
    const [expected, remedy] = refusal;
    const found = `an import of ${specifier}`;
    findings.push({ file, line, found, expected, remedy });
  }
  return findings;
}

/** What was expected and what to do, where an import is not allowed. */
function refuse(
  file: string,
  specifier: string,
  typesOnly: boolean,
  packages: Packages,
): [expected: string, remedy: string] | undefined {
  const target = resolve(file, specifier, packages);
  if (
    target &&
    forTests.test(target) &&
    !forTests.test(file) &&
    !file.startsWith('scripts/')
  )
    return [
      'nothing that is there for tests',
      'Move it to where what runs without tests may have it.',
    ];
  const home = packageOf(file, packages);
  if (specifier.startsWith('.')) {
    if (packageOf(target!, packages) === home) return undefined;
    return [
      `files of its own package, ${home}`,
      'Import another package by its name, and declare it.',
    ];
  }
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  const { dependencies, devDependencies } = packages.get(home) ?? {};
  const list = posix.join(home, 'package.json');
  if (Object.hasOwn({ ...dependencies }, name)) return undefined;
  if (typesOnly && Object.hasOwn({ ...devDependencies }, `@types/${name}`))
    return undefined;
  if (!Object.hasOwn({ ...devDependencies }, name))
    return [
      `${name} among the dependencies in ${list}`,
      'Add it there; the built-in modules of Node begin with node:.',
    ];
  if (typesOnly || forTests.test(file)) return undefined;
  return [
    `${name} among the dependencies in ${list}, not the devDependencies`,
    'Move it there: this file is loaded without any test.',
  ];
}

/** The folder of the package that a file belongs to. */
function packageOf(file: string, packages: Packages): string {
  let folder = posix.dirname(file);
  while (folder !== '.' && !packages.has(folder))
    folder = posix.dirname(folder);
  return folder;
}

/** The file of this tree that a specifier means, if it means one. */
function resolve(
  file: string,
  specifier: string,
  packages: Packages,
): string | undefined {
  if (specifier.startsWith('.'))
    return posix.join(posix.dirname(file), specifier);
  for (const [folder, { name }] of packages)
    if (name !== undefined && specifier.startsWith(`${name}/`))
      return posix.join(folder, specifier.slice(name.length + 1));
  return undefined;
}
