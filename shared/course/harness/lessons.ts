/** Finds the lessons: every folder of `lessons/` with a package.json. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closest } from 'fastest-levenshtein';
import type { FoundLesson, Manifest } from '@on-the-wire/lesson/lesson.ts';
import {
  complaintAboutMap,
  complaintAboutProcesses,
} from './processes-manifest.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

/** The folder of all lessons, as an absolute path. */
export const lessonsFolder = fileURLToPath(
  new URL('../../../lessons/', import.meta.url),
);

/**
 * Finds all lessons in reading order.
 *
 * @param root the folder whose folders are lessons
 * @throws UsageError (1) that names file and field of a broken manifest
 */
export function findLessons(root = lessonsFolder): FoundLesson[] {
  return namesOfLessons(root)
    .map((name) => readLesson(root, name))
    .sort(
      (a, b) =>
        a.manifest.order - b.manifest.order || (a.name < b.name ? -1 : 1),
    );
}

/**
 * Finds one lesson by the name of its folder. Others may be broken.
 *
 * @throws UsageError (2) that suggests the nearest name, or (1) as findLessons
 */
export function findLesson(name: string, root = lessonsFolder): FoundLesson {
  const names = namesOfLessons(root);
  if (names.includes(name)) return readLesson(root, name);
  const hint = names.length
    ? `Did you mean "${closest(name, names)}"? There are: ${names.join(', ')}.`
    : `There are no lessons in ${root}.`;
  throw new UsageError(`There is no lesson "${name}". ${hint}`, 2);
}

/** The lessons as a list for a terminal of 80 columns, and how to start one. */
export function describeLessons(lessons: FoundLesson[]): string {
  const width = Math.max(0, ...lessons.map(({ name }) => name.length)) + 4;
  const entries = lessons.map(({ name, manifest }) => {
    const { title, question, minutes } = manifest;
    return (
      `  ${name.padEnd(width)}${title}, ${minutes} min\n` +
      wrap(question, 80 - 2 - width)
        .map((line) => `  ${' '.repeat(width)}${line}\n`)
        .join('')
    );
  });
  const [first] = lessons;
  return `\n${entries.join('\n')}\n  Start one: ${pnpm} lesson ${first?.name ?? '<name>'}\n\n`;
}

/** The names of all lessons, in the order of the alphabet; none is read. */
export function namesOfLessons(root = lessonsFolder): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => existsSync(join(root, name, 'package.json')))
    .sort();
}

function readLesson(root: string, name: string): FoundLesson {
  const folder = join(root, name);
  return { name, folder, manifest: readManifest(folder, name) };
}

const fields = {
  title: 'a text such as "Server-Sent Events"',
  question: 'a text such as "How can a server keep a response open?"',
  order: 'a whole number from 1, the place in the reading order',
  minutes: 'a whole number from 1',
};

function readManifest(folder: string, name: string): Manifest {
  const file = `lessons/${name}/package.json`;
  let content: { lesson?: unknown } | null;
  try {
    content = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`, 1);
  }
  const manifest = content?.lesson;
  if (typeof manifest !== 'object' || manifest === null) {
    const all = Object.keys(fields).join(', ');
    throw broken('lesson', manifest, `an object with ${all}`);
  }
  const values = manifest as Record<string, unknown>;
  for (const [field, expected] of Object.entries(fields)) {
    const value = values[field];
    const good = expected.startsWith('a text')
      ? typeof value === 'string' && value.trim() !== ''
      : Number.isSafeInteger(value) && (value as number) >= 1;
    if (!good) throw broken(`lesson.${field}`, value, expected);
  }
  for (const field of ['tls', 'drains']) {
    const value = values[field];
    if (value !== undefined && typeof value !== 'boolean')
      throw broken(`lesson.${field}`, value, 'true or false, or no such field');
  }
  const { addresses } = values;
  const isName = (text: unknown) => /^[a-z][a-z0-9]*$/.test(String(text));
  const isList = Array.isArray(addresses) && addresses.every(isName);
  if (addresses !== undefined && !isList) {
    const expected = 'names in small letters such as ["other"], or no field';
    throw broken('lesson.addresses', addresses, expected);
  }
  const complaint =
    complaintAboutProcesses(values['processes']) ??
    complaintAboutMap(values['map'], values['processes']);
  if (complaint) throw broken(...complaint);
  return manifest as Manifest;

  function broken(field: string, value: unknown, expected: string) {
    const found = value === undefined ? 'nothing' : JSON.stringify(value);
    return new UsageError(
      `${file}: the field "${field}" does not make sense. ` +
        `Found ${found}, expected ${expected}.`,
      1,
    );
  }
}
