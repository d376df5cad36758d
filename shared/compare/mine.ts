/** The learner's own servers beside ours. */
import {
  findExercises,
  type FoundExercise,
} from '@on-the-wire/course/exercise/exercises.ts';
import { runMine } from '@on-the-wire/course/exercise/mine.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import type { Way } from './ways.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

/**
 * Puts after each way the same with the learner's files, where there are any.
 *
 * @param exercises among which the learner's copies are
 * @throws UsageError (2) where there are none
 */
export function withMine(
  ways: readonly Way[],
  exercises: FoundExercise[] = findExercises(),
): Way[] {
  const all = ways.flatMap((way) => [way, ...mineOf(way, exercises)]);
  if (all.length > ways.length) return all;
  throw new UsageError(
    'Of the lessons that are compared you have not begun an exercise yet, or ' +
      `theirs do not make up a whole server. Begin one: ${pnpm} exercise sse/1.`,
    2,
  );
}

function mineOf(way: Way, exercises: FoundExercise[]): Way[] {
  // What a lesson can be set to beside, the exercises do not have.
  if (way.options) return [];
  const ofLesson = exercises.filter(({ lesson }) => lesson.name === way.lesson);
  const found = ofLesson[0]?.lesson;
  const run = found && runMine(found, ofLesson);
  if (!run || run.theirs.length === 0) return [];
  const { file, flags, env } = run;
  const { book: _book, ...rest } = way;
  return [
    { ...rest, title: `${way.title}, yours`, mine: { file, flags, env } },
  ];
}
