/** Tries an answer by its name, or makes a file of it to work on. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { makeFolder } from '@on-the-wire/system/make-folder.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';
import { answersOf, expand, type KnownAnswer } from './answers.ts';
import type { FoundExercise } from '../exercises.ts';

/**
 * Where somebody stands who has typed a path: here, and where pnpm was started,
 * which may have gone elsewhere since.
 */
const standing = () => [process.cwd(), process.env['INIT_CWD'] ?? ''];

/**
 * What `--try` means: a path from where it was typed, else one in the exercise's
 * folder, else one in the learner's folder, else an answer by its name.
 *
 * @param typed `./mine.ts`, `wrong/lf-only.ts`, `wrong/lf-only` or `lf-only`
 * @param from folders that a path may begin at, as absolute paths
 * @returns an absolute path
 * @throws UsageError (2) that says where a file was looked for, suggests the
 *   nearest name and lists them all
 */
export function fileToTry(
  exercise: FoundExercise,
  typed: string,
  from: string[] = standing(),
): string {
  const { folder, copy } = exercise;
  const isFile = (file: string) =>
    statSync(file, { throwIfNoEntry: false })?.isFile();
  const all = [...from, folder, dirname(copy)].filter((at) => at !== '');
  const folders = [...new Set(all.map((at) => resolve(at)))];
  const found = folders.map((at) => resolve(at, typed)).find(isFile);
  if (found) return found;
  const where = new Intl.ListFormat('en', { type: 'disjunction' });
  const looked = isAbsolute(typed) ? '' : ` in ${where.format(folders)}`;
  const missing = `There is no file ${typed}${looked}.`;
  if (!/^(?:(?:wrong|right)[\\/])?[^\\/]+$/.test(typed))
    throw new UsageError(missing, 2);
  // It may be the name of an answer; a bare one is nothing else.
  const before = /[\\/.]/.test(typed) ? `${missing} ` : '';
  return expand(folder, findAnswer(exercise, typed, before));
}

/**
 * Makes a file of an edit, beside the learner's own; nothing is overwritten.
 *
 * @param typed as for `fileToTry`
 * @returns lines that say where it is and how to try it
 * @throws UsageError (2) where there is no such answer, (1) where a file is
 *   there already, or cannot be written
 */
export function writeAnswer(exercise: FoundExercise, typed: string): string {
  const { folder, copy, shortCopy, id } = exercise;
  const answer = findAnswer(exercise, typed);
  const { kind, name, path, edit } = answer;
  const how = (file: string) =>
    `Try it: ${pnpm} exercise ${id} --try ${file}\n`;
  if (!edit) return `It is a file: ${join(folder, path)}\n${how(path)}`;
  // Never exercise.ts, which is the learner's own.
  const called = `${kind}-${name}.ts`;
  const file = join(dirname(copy), called);
  const short = `${dirname(shortCopy)}/${called}`;
  if (existsSync(file))
    throw new UsageError(
      `${short} is there already, and stays as it is. ` +
        'Rename or remove it, then write it again.',
      1,
    );
  const told = edit.told === undefined ? [] : [`Told: ${edit.told}`];
  const first = kind === 'wrong' ? 'Wrong' : 'Right, and different';
  const comments = `${first}: ${edit.sentence}`.split('\n');
  const text = [...comments, ...told].map((line) => `// ${line}`.trimEnd());
  const result = readFileSync(expand(folder, answer), 'utf8');
  attempt(`${short} cannot be written`, () => {
    makeFolder(dirname(file));
    writeFileSync(file, `${text.join('\n')}\n\n${result}`, { flag: 'wx' });
  });
  return `Written: ${short}\n${how(called)}`;
}

/** @param before what was looked for in vain already */
function findAnswer(
  { folder, id }: FoundExercise,
  typed: string,
  before = '',
): KnownAnswer {
  const asked = typed.replaceAll('\\', '/').replace(/\.ts$/, '');
  const answers = answersOf(folder);
  const fullName = ({ kind, name }: KnownAnswer) => `${kind}/${name}`;
  const found = answers.find(
    (answer) => answer.name === asked || fullName(answer) === asked,
  );
  if (found) return found;
  const all = answers.map(fullName);
  const names = asked.includes('/') ? all : answers.map(({ name }) => name);
  const hint =
    names.length > 0
      ? `Did you mean "${closest(asked, names)}"? It has ${all.join(', ')}.`
      : 'It has none.';
  const sentence = `${id} has no answer "${asked}". ${hint}`;
  throw new UsageError(before + sentence, 2);
}
