/** The learner's own servers beside ours. */
import {
  findExercises,
  type FoundExercise,
} from '@on-the-wire/course/exercise/exercises.ts';
import { runMine } from '@on-the-wire/course/exercise/mine.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { startHost } from './start-host.ts';
import type { Transport } from './transports.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

/**
 * Puts after each transport the same with the learner's files, where there are any.
 *
 * @param exercises among which the learner's copies are
 * @throws UsageError (2) where there are none
 */
export function withMine(
  transports: readonly Transport[],
  exercises: FoundExercise[] = findExercises(),
): Transport[] {
  const all = transports.flatMap((transport) => [
    transport,
    ...mineOf(transport, exercises),
  ]);
  if (all.length > transports.length) return all;
  throw new UsageError(
    'You have not begun an exercise of a lesson that is compared, or your ' +
      `files do not make up a whole server. Begin one: ${pnpm} exercise sse/1.`,
    2,
  );
}

/**
 * Starts each server that runs with the learner's files, and ends it: one that
 * cannot run is told at once, and not as "not measured" after minutes.
 *
 * @throws UsageError (1) that says why, and what shows more
 */
export async function mineMustStart(
  transports: readonly Transport[],
): Promise<void> {
  for (const transport of transports.filter(({ mine }) => mine)) {
    const host = await startHost(transport, 'mine').catch((error: Error) => {
      const [, why = error.message] =
        /“start”: (.*)$/s.exec(error.message) ?? [];
      throw new UsageError(
        `With your files the server of the lesson "${transport.lesson}" does ` +
          `not start: ${why}\nWhich file it is, and where, you see with: ` +
          `${pnpm} exercise --mine ${transport.lesson}`,
        1,
      );
    });
    await host.stop();
  }
}

function mineOf(transport: Transport, exercises: FoundExercise[]): Transport[] {
  // The exercises do not have the options of a lesson's server.
  if (transport.options) return [];
  const ofLesson = exercises.filter(
    ({ lesson }) => lesson.name === transport.lesson,
  );
  const found = ofLesson[0]?.lesson;
  const run = found && runMine(found, ofLesson);
  if (!run || run.theirs.length === 0) return [];
  const { file, flags, env } = run;
  const { book: _book, ...rest } = transport;
  return [
    { ...rest, title: `${transport.title}, yours`, mine: { file, flags, env } },
  ];
}
