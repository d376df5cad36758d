/**
 * Who may import whom: scripts → shared ← lessons. And which packages: what
 * runs without tests has them among its dependencies, tests and types may have
 * them among the devDependencies.
 */
import { posix } from 'node:path';
import type { Finding } from './finding.ts';
import { findImports, type Import } from './imports.ts';
import { filesOf, foldersOf, packageJson, type PackageJson } from './tree.ts';

/** The rooms of shared that a lesson builds on. */
const ofLessons = ['board', 'page', 'certificates', 'lesson.ts'];
/** What its tests may use, too. */
const ofLessonTests = [
  ...ofLessons,
  'testing',
  'exercise',
  'programs',
  'harness',
];
/** What its exercises and their checks may use: one is about comparing. */
const ofExercises = [...ofLessonTests, 'compare'];
/** The rooms that may use the tap and the wire. */
const onTheWire = [
  'shell',
  'harness',
  'exercise',
  'compare',
  'testing',
  'view',
  'bench',
  'home',
];

/** Where a file stands. */
type Place =
  | { area: 'scripts' }
  | { area: 'elsewhere' }
  | { area: 'shared'; room: string; part: string }
  | { area: 'lessons'; lesson: string; part: string };

/** Looks at each import in lessons, shared and scripts, types included. */
export async function checkArrows(root: string): Promise<Finding[]> {
  const files = (await filesOf(root)).filter(
    (file) => /^(lessons|shared|scripts)\//.test(file) && file.endsWith('.ts'),
  );
  const packages = await readPackages(root);
  const { imports, findings } = await findImports(root, files);
  const product = productOf(files, imports, packages);
  for (const { file, line, specifier, typesOnly } of imports) {
    if (specifier.startsWith('node:')) continue;
    const report = (expected: string, remedy: string) =>
      findings.push({
        file,
        line,
        found: `an import of ${specifier}`,
        expected,
        remedy,
      });

    const target = resolve(file, specifier, packages);
    const refusal = target && refuse(placeOf(file), placeOf(target));
    if (refusal) {
      report(
        refusal,
        'Move the code to where both may have it, or pass it as an argument.',
      );
    }
    if (/^[./]/.test(specifier)) continue;
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
    const { folder, json } = packageOf(file, packages);
    const list = posix.join(folder, 'package.json');
    if (Object.hasOwn({ ...json.dependencies }, name)) continue;
    if (!Object.hasOwn({ ...json.devDependencies }, name)) {
      report(
        `${name} among the dependencies in ${list}`,
        'Add it there; the built-in modules of Node begin with node:.',
      );
    } else if (product.has(file) && !typesOnly) {
      report(
        `${name} among the dependencies in ${list}, not the devDependencies`,
        'Move it there: this file is loaded without any test.',
      );
    }
  }
  return findings;
}

type Packages = Map<string, PackageJson>;

/** The files that run without tests: what is no test, and what that loads. */
function productOf(
  files: string[],
  imports: Import[],
  packages: Packages,
): Set<string> {
  const forTests = /(?:^|\/)test\/|^shared\/testing\//;
  const product = new Set(files.filter((file) => !forTests.test(file)));
  // A set goes on to what was added while it is looked through.
  for (const file of product) {
    for (const { specifier, typesOnly } of imports.filter(
      (each) => each.file === file,
    )) {
      const target = typesOnly ? undefined : resolve(file, specifier, packages);
      if (target?.endsWith('.ts')) product.add(target);
    }
  }
  return product;
}

async function readPackages(root: string): Promise<Packages> {
  const folders = ['', 'shared'].concat(
    (await foldersOf(root, 'lessons')).map((name) => `lessons/${name}`),
  );
  const packages: Packages = new Map();
  for (const folder of folders) {
    const json = await packageJson(root, folder);
    if (json) packages.set(folder, json);
  }
  return packages;
}

function packageOf(
  file: string,
  packages: Packages,
): { folder: string; json: PackageJson } {
  const folder =
    [...packages.keys()].find((at) => at !== '' && file.startsWith(`${at}/`)) ??
    '';
  return { folder, json: packages.get(folder) ?? {} };
}

/** The file of this tree that a specifier means, if it means one. */
function resolve(
  file: string,
  specifier: string,
  packages: Packages,
): string | undefined {
  if (specifier.startsWith('.')) {
    return posix.join(posix.dirname(file), specifier);
  }
  for (const [folder, { name }] of packages) {
    if (name === undefined || folder === '') continue;
    if (specifier === name) return folder;
    if (specifier.startsWith(`${name}/`)) {
      return posix.join(folder, specifier.slice(name.length + 1));
    }
  }
  return undefined;
}

function placeOf(file: string): Place {
  const [area, second = '', third = ''] = file.split('/');
  if (area === 'scripts') return { area };
  if (area === 'shared') return { area, room: second, part: third };
  if (area === 'lessons') return { area, lesson: second, part: third };
  return { area: 'elsewhere' };
}

/** Why one place must not import from another, or `undefined` if it may. */
function refuse(from: Place, to: Place): string | undefined {
  if (to.area === 'elsewhere' || from.area === 'elsewhere') return undefined;
  if (to.area === 'scripts') {
    return from.area === 'scripts'
      ? undefined
      : 'nothing but scripts imports scripts';
  }
  if (to.area === 'lessons') {
    if (from.area !== 'lessons') {
      return `${from.area} never imports a lesson: it finds them by folder, at run time`;
    }
    return from.lesson === to.lesson
      ? undefined
      : 'lessons never import each other';
  }
  if (from.area === 'lessons') {
    const rooms =
      from.part === 'exercises'
        ? ofExercises
        : from.part === 'test'
          ? ofLessonTests
          : ofLessons;
    return rooms.includes(to.room)
      ? undefined
      : `of shared only ${rooms.join(', ')}` +
          (rooms === ofLessons
            ? ', and in tests also testing, exercise, programs and harness'
            : '');
  }
  if (from.area !== 'shared' || from.room === to.room) return undefined;
  if (from.room === 'wire') {
    // Only to compare with what others make of the same bytes.
    return from.part === 'test' && to.room === 'programs'
      ? undefined
      : 'wire knows no other room';
  }
  if (from.room === 'tap' && (to.room === 'wire' || to.room === 'harness')) {
    return 'tap knows neither wire nor harness';
  }
  if (
    (to.room === 'tap' || to.room === 'wire') &&
    !onTheWire.includes(from.room)
  ) {
    return `${to.room} is used by ${onTheWire.join(', ')} only`;
  }
  return undefined;
}
