/** Reads the tree that is checked. Paths are relative to its root, with slashes. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execFile } from '@on-the-wire/system/programs/start.ts';

const ignored = new Set([
  'node_modules',
  '.git',
  '.certificates',
  '.answers',
  'workspace',
]);

/**
 * All files that belong to the tree: what Git tracks or would track, and where
 * there is no Git everything but what is installed or made here.
 */
export async function filesOf(root: string): Promise<string[]> {
  // Of two trees inside each other Git would mean the outer one.
  if (!(await exists(join(root, '.git')))) return walk(root, '');
  const { stdout } = await execFile(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root, maxBuffer: 64 * 1024 * 1024 },
  );
  const listed = stdout.split('\0').filter((file) => file !== '');
  const present = await Promise.all(
    listed.map((file) => exists(join(root, file))),
  );
  // In the index but deleted on disk: on its way out of the tree.
  return listed.filter((_file, index) => present[index]).sort();
}

async function walk(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter(({ name }) => !ignored.has(name))
      .map((entry) => {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        return entry.isDirectory() ? walk(root, path) : [path];
      }),
  );
  return found.flat().sort();
}

/** The names of the folders in a folder; none where there is no such folder. */
export async function foldersOf(
  root: string,
  folder: string,
): Promise<string[]> {
  try {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !ignored.has(entry.name))
      .filter(({ name }) => !name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** The texts of a lesson that have steps: its tutorial, then its side trips. */
export async function textsWithSteps(
  root: string,
  lesson: string,
): Promise<string[]> {
  const folder = `lessons/${lesson}`;
  const trips = await foldersOf(root, `${folder}/side-trips`);
  return [
    `${folder}/README.md`,
    ...trips.map((name) => `${folder}/side-trips/${name}/README.md`),
  ];
}

/** All texts of a lesson: those with steps, and the tasks of its exercises. */
export async function textsOfLesson(
  root: string,
  lesson: string,
): Promise<string[]> {
  const exercises = await foldersOf(root, `lessons/${lesson}/exercises`);
  return [
    ...(await textsWithSteps(root, lesson)),
    ...exercises.map((name) => `lessons/${lesson}/exercises/${name}/README.md`),
  ];
}

/** Whether there is anything at a path, which is absolute. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/** The text of a file, or `undefined` where there is none. */
export async function textOf(
  root: string,
  file: string,
): Promise<string | undefined> {
  try {
    return await readFile(join(root, file), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return undefined;
    throw error;
  }
}

/** What the checks read of a package.json. */
export interface PackageJson {
  name?: string;
  scripts?: Record<string, string>;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  repository?: string | { url: string };
  lesson?: {
    title?: string;
    question?: string;
    order?: number;
    minutes?: number;
    processes?: Record<
      string,
      { file?: string; calls?: string[]; addresses?: object }
    >;
  };
}

/** A package.json, or `undefined` where there is none or it is no JSON. */
export async function packageJson(
  root: string,
  folder: string,
): Promise<PackageJson | undefined> {
  const file = folder === '' ? 'package.json' : `${folder}/package.json`;
  const text = await textOf(root, file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as PackageJson;
  } catch {
    return undefined;
  }
}

/**
 * The verbs, and what each runs: the scripts of the root, and the programs of
 * the course's package. Of the latter pnpm says nothing when they fail.
 */
export async function verbsOf(root: string): Promise<Record<string, string>> {
  const scripts = (await packageJson(root, ''))?.scripts;
  const programs = (await packageJson(root, 'shared/course'))?.bin ?? {};
  const verbs = Object.keys(programs).map((verb) => [
    verb,
    `node scripts/verb.cjs ${verb}`,
  ]);
  return { ...scripts, ...Object.fromEntries(verbs) };
}
