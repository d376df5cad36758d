/** A lesson with the learner's files in place of ours. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import type { Saved } from '../harness/watch.ts';
import type { FoundExercise } from './exercises.ts';

/** The lesson's server, put together from the solutions of its exercises. */
const server = 'exercises/mine/server.ts';
/** Its page: what this imports of an exercise runs in the browser. */
const page = 'exercises/mine/page/page.ts';
const redirect = new URL('redirect.ts', import.meta.url).href;

/** How a lesson is started with the learner's files in it. */
export interface Mine {
  /** What to run instead of server.ts; inside the lesson's folder. */
  file: string;
  flags: string[];
  /** What its process needs in its environment beside what we have. */
  env: Record<string, string>;
  /** The exercises of which the learner's file runs. */
  theirs: FoundExercise[];
}

/**
 * How to run a lesson with the learner's files; `undefined` where its exercises
 * do not make up the lesson.
 *
 * @param exercises of this lesson: those whose copies are to be used
 */
export function runMine(
  { folder }: FoundLesson,
  exercises: FoundExercise[],
): Mine | undefined {
  if (!existsSync(join(folder, server))) return undefined;
  const theirs = exercises.filter(({ copy }) => existsSync(copy));
  const instead: Record<string, string> = {};
  const url = (path: string) => pathToFileURL(path).href;
  // Files of the lesson that an exercise stands for, by its folder's name.
  const more = join(folder, 'exercises/mine/instead-of.json');
  const lessonFiles = existsSync(more)
    ? (JSON.parse(readFileSync(more, 'utf8')) as Record<string, string>)
    : {};
  for (const { name, solution, copy } of theirs) {
    instead[url(solution)] = url(copy);
    const file = lessonFiles[name];
    if (file) instead[url(join(folder, file))] = url(copy);
  }
  return {
    file: server,
    flags: [`--import=${redirect}`],
    env: { INSTEAD_OF: JSON.stringify(instead) },
    theirs,
  };
}

/**
 * What the lesson's run watches beside its own folder: the learner's files. They
 * go into the process's environment, as runMine says: the next life of the
 * lesson's process has the one that was begun just now.
 */
export function watchMine(lesson: FoundLesson, exercises: FoundExercise[]) {
  const source = readFileSync(join(lesson.folder, page), 'utf8');
  const isInPage = (file: string) =>
    source.includes(`/${file.split('/')[0]}/solution.ts`);
  return {
    folder: join(lesson.folder, 'workspace'),
    mean({ server: saved, page: inPage, tutorial }: Saved): Saved {
      Object.assign(process.env, runMine(lesson, exercises)?.env);
      const files = [...saved, ...inPage, ...tutorial];
      const named = files.map((file) => `workspace/${file}`);
      return {
        server: named,
        page: files.some(isInPage) ? named : [],
        tutorial: [],
      };
    },
  };
}
