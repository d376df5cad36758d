/** The exercises as a list for a terminal. */
import { existsSync } from 'node:fs';
import type { FoundExercise } from '../exercises.ts';
import type { Progress } from '../progress.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

/** How far the learner is with one. */
export type Standing = 'done' | 'broken' | 'begun' | 'open';

/**
 * How far the learner is with an exercise: what was noted, and whether there
 * is a copy.
 */
export function standingOf(
  { id, copy }: FoundExercise,
  progress: Progress,
): Standing {
  const done = progress[id];
  if (done?.passes) return 'done';
  if (done?.passed) return 'broken';
  return existsSync(copy) ? 'begun' : 'open';
}

const marks: Record<Standing, string> = {
  done: '✓',
  broken: '✗',
  begun: '…',
  open: ' ',
};
const words: Record<Standing, string> = {
  done: '',
  broken: 'passed once, no longer does',
  begun: 'begun',
  open: '',
};

/** The first that is not done, in order; undefined where all are. */
export function nextOf(
  exercises: FoundExercise[],
  progress: Progress,
): FoundExercise | undefined {
  return exercises.find((each) => standingOf(each, progress) !== 'done');
}

/**
 * The list, in lines of at most 80 characters; the one to do next is marked.
 */
export function describeList(
  exercises: FoundExercise[],
  progress: Progress,
): string {
  const next = nextOf(exercises, progress);
  const width = Math.max(0, ...exercises.map(({ id }) => id.length)) + 2;
  const lines: string[] = [];
  let lesson = '';
  for (const exercise of exercises) {
    const { manifest } = exercise.lesson;
    if (manifest.title !== lesson) lines.push('', `  ${manifest.title}`);
    lesson = manifest.title;
    const standing = standingOf(exercise, progress);
    const said = [words[standing], exercise === next ? '← next' : '']
      .filter((word) => word !== '')
      .join('  ');
    const before =
      `  ${marks[standing]} ${exercise.id.padEnd(width)}` +
      `${String(exercise.minutes).padStart(3)} min  `;
    const line = `${before}${exercise.title}`;
    if (said === '') lines.push(line);
    else if (line.length + 2 + said.length <= 80)
      lines.push(`${line}  ${said}`);
    else lines.push(line, ' '.repeat(before.length) + said);
  }
  const done = exercises.filter(
    (exercise) => standingOf(exercise, progress) === 'done',
  );
  const left = exercises
    .filter((exercise) => !done.includes(exercise))
    .reduce((sum, { minutes }) => sum + minutes, 0);
  lines.push(
    '',
    `  ${done.length} of ${exercises.length} done, ${hours(left)} left.`,
  );
  lines.push(
    next
      ? `  Go on: ${pnpm} exercise ${next.id}`
      : `  All done. Run your own: ${pnpm} exercise --mine sse`,
  );
  return `${lines.join('\n')}\n\n`;
}

/** `9 h 45 min` */
function hours(minutes: number): string {
  const parts = [
    minutes >= 60 ? `${Math.floor(minutes / 60)} h` : '',
    minutes % 60 > 0 || minutes === 0 ? `${minutes % 60} min` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}
