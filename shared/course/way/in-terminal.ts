/** Where a learner stopped, for a terminal. */
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { describeStop, type Stop } from './standing.ts';

/** In lines of at most 80 columns; the last one is the command to go on. */
export function stopInTerminal(stop: Stop): string {
  const { lesson, exercise, last } = stop;
  const verb =
    last === 'exercise' && exercise
      ? `exercise ${exercise.id}`
      : `lesson ${lesson.name}`;
  const words = wrap(describeStop(stop), 76);
  return `${[...words, `Go on: ${pnpm} ${verb}`]
    .map((line) => `  ${line}\n`)
    .join('')}\n`;
}
