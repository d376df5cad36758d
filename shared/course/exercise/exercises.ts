/** Finds the exercises: every folder of `lessons/<lesson>/exercises/`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { findLessons, lessonsFolder } from '../harness/lessons.ts';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

/** An exercise as it was found on disk. */
export interface FoundExercise {
  /** How it is called and kept: `sse/2`. */
  id: string;
  /** Its folder's name: `02-resume-without-a-gap`. */
  name: string;
  lesson: FoundLesson;
  /** Its folder, as an absolute path. */
  folder: string;
  /** From the first line of its README.md. */
  title: string;
  minutes: number;
  /** `check.ts`, `exercise.ts` and `solution.ts`, as absolute paths. */
  check: string;
  starter: string;
  solution: string;
  /** The learner's copy; it may not be there yet. */
  copy: string;
  /** Where it is, from the top of the tree. */
  shortCopy: string;
}

/**
 * All exercises, in the order of the lessons.
 *
 * @throws UsageError (1) that names the file where one has no title
 */
export function findExercises(root = lessonsFolder): FoundExercise[] {
  return findLessons(root).flatMap(exercisesOf);
}

/**
 * Finds one by what somebody typed: `sse/2`, `sse 2`, `sse/02-resume…`, or its
 * name without the number.
 *
 * @throws UsageError (2) that suggests the nearest name
 */
export function findExercise(
  words: readonly string[],
  root = lessonsFolder,
): FoundExercise {
  const typed = words.join('/').toLowerCase();
  const all = findExercises(root);
  const namesOf = ({ id, name, lesson }: FoundExercise) => {
    const bare = name.replace(/^\d+-/, '');
    return [id, bare, name, `${lesson.name}/${name}`, `${lesson.name}/${bare}`];
  };
  const found = all.find((exercise) => namesOf(exercise).includes(typed));
  if (found) return found;
  const ofLesson = all.filter(({ lesson }) => lesson.name === typed);
  if (ofLesson.length > 0) {
    const list = ofLesson.map(({ id, title }) => `  ${id}  ${title}\n`);
    throw new UsageError(
      `"${typed}" is a lesson. Name one of its exercises:\n${list.join('').trimEnd()}`,
      2,
    );
  }
  const names = all.flatMap(namesOf);
  const hint =
    names.length > 0
      ? `Did you mean "${closest(typed, names)}"? ` +
        `${pnpm} exercise lists them all.`
      : 'There are none yet.';
  throw new UsageError(`There is no exercise "${typed}". ${hint}`, 2);
}

function exercisesOf(lesson: FoundLesson): FoundExercise[] {
  const all = join(lesson.folder, 'exercises');
  if (!existsSync(all)) return [];
  return readdirSync(all, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^\d+-/.test(entry.name))
    .map(({ name }) => readExercise(lesson, join(all, name), name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readExercise(
  lesson: FoundLesson,
  folder: string,
  name: string,
): FoundExercise {
  const readme = join(folder, 'README.md');
  const text = existsSync(readme) ? readFileSync(readme, 'utf8') : '';
  const [, title, minutes] = /^# (.+) \((\d+) min\)$/m.exec(text) ?? [];
  if (!title || !minutes)
    throw new UsageError(
      `${readme}: expected a first line such as "# Write the event (15 min)".`,
      1,
    );
  return {
    id: `${lesson.name}/${Number.parseInt(name, 10)}`,
    name,
    lesson,
    folder,
    title,
    minutes: Number(minutes),
    check: join(folder, 'check.ts'),
    starter: join(folder, 'exercise.ts'),
    solution: join(folder, 'solution.ts'),
    copy: join(lesson.folder, 'workspace', name, 'exercise.ts'),
    shortCopy: `lessons/${lesson.name}/workspace/${name}/exercise.ts`,
  };
}
