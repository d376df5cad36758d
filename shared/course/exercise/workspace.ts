/** The learner's copies: `lessons/<lesson>/workspace/<exercise>/`. */
import { copyFileSync, existsSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '@on-the-wire/system/make-folder.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';
import type { FoundExercise } from './exercises.ts';

/**
 * Makes the learner's copy where there is none; what is there stays.
 *
 * @returns whether it was made now
 * @throws UsageError (1) that names the file and why it cannot be written
 */
export function makeCopy({ copy, starter }: FoundExercise): boolean {
  if (existsSync(copy)) return false;
  writing(copy, () => {
    makeFolder(dirname(copy));
    copyFileSync(starter, copy);
  });
  return true;
}

/**
 * Starts an exercise over; the file so far stays beside the new one.
 *
 * @returns where it is kept; `undefined` where there was none
 * @throws UsageError (1) as `makeCopy`; then nothing was lost
 */
export function resetCopy(exercise: FoundExercise): string | undefined {
  const { copy } = exercise;
  let kept: string | undefined;
  if (existsSync(copy)) {
    kept = join(dirname(copy), nextName(dirname(copy)));
    writing(kept, () => renameSync(copy, kept!));
  }
  makeCopy(exercise);
  return kept;
}

/** `exercise-before-reset-3.ts`: never a name that is taken. */
function nextName(folder: string): string {
  const numbers = readdirSync(folder).map((name) =>
    Number(/^exercise-before-reset-(\d+)\.ts$/.exec(name)?.[1] ?? 0),
  );
  return `exercise-before-reset-${Math.max(0, ...numbers) + 1}.ts`;
}

function writing(file: string, write: () => void): void {
  attempt(`${file} cannot be written`, write);
}
