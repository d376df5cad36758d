/** What `pnpm exercise` does with flags: check once, check all, show a solution. */
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describeVerdict } from './describe.ts';
import { showProgress } from './progress-line.ts';
import type { FoundExercise } from '../exercises.ts';
import { LearnersBrowser } from '../learners-browser.ts';
import { otherWays } from '../answers/other-ways.ts';
import { fileToTry } from '../answers/try-answer.ts';
import { noteVerdict } from '../progress.ts';
import { runCheck, type Verdict } from '../run-check.ts';
import { makeCopy } from '../workspace.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

/**
 * Checks the learner's copy, which is made where there is none, or another
 * file; notes the first.
 *
 * @param other a path, or the name of an answer: see `fileToTry`
 * @param seed of an earlier verdict, to get it again
 * @returns whether it passes
 * @throws UsageError (2) where there is neither
 */
export async function checkOnce(
  exercise: FoundExercise,
  other?: string,
  seed?: number,
): Promise<boolean> {
  const file = other ? fileToTry(exercise, other) : exercise.copy;
  if (!other) makeCopy(exercise);
  const browser = new LearnersBrowser();
  const { stdout: stream } = process;
  const progress = showProgress(stream, `checking ${exercise.id}`);
  const verdict = await runCheck(exercise, file, {
    browser: browser.open,
    engine: () => browser.engine,
    onStep: progress.step,
    ...(seed !== undefined && { seed }),
  });
  await browser.close();
  progress.end();
  const looks = { stream, ...(stream.isTTY && { width: stream.columns }) };
  const lines = describeVerdict(exercise, verdict, looks);
  stream.write(`\n${lines.join('\n')}\n`);
  if (!other) keep(exercise, verdict);
  return verdict.passed;
}

/**
 * Checks all that the learner has begun, a line for each.
 *
 * @param seed as for `checkOnce`
 * @returns whether all pass
 */
export async function checkAll(
  exercises: FoundExercise[],
  seed?: number,
): Promise<boolean> {
  const begun = exercises.filter(({ copy }) => existsSync(copy));
  if (begun.length === 0)
    process.stdout.write(
      `Nothing is begun yet. ${pnpm} exercise lists them.\n`,
    );
  const browser = new LearnersBrowser();
  let all = true;
  for (const exercise of begun) {
    const progress = showProgress(process.stdout, `checking ${exercise.id}`);
    const verdict = await runCheck(exercise, exercise.copy, {
      browser: browser.open,
      engine: () => browser.engine,
      onStep: progress.step,
      ...(seed !== undefined && { seed }),
    });
    progress.end();
    keep(exercise, verdict);
    all &&= verdict.passed;
    const { id, title } = exercise;
    const mark = verdict.passed ? '✓' : '✗';
    const why = verdict.failure ? `: ${verdict.failure.title}` : '';
    process.stdout.write(`${mark} ${id} ${title}${why}\n`);
  }
  await browser.close();
  return all;
}

/** The solution as text, with its path above it, and the other right ways. */
export function showSolution(exercise: FoundExercise): string {
  const { solution } = exercise;
  const text = `// ${relative(process.cwd(), solution)}\n${readFileSync(solution, 'utf8')}`;
  const ways = otherWays(exercise).map(
    ({ sentence, path }) =>
      `// ${path}\n//   ${sentence.replaceAll('\n', ' ')}\n`,
  );
  const heading = ways.length > 0 ? '\n// Other right ways:\n' : '';
  return text + heading + ways.join('');
}

function keep({ id }: FoundExercise, { passed, ours }: Verdict) {
  if (!ours) noteVerdict(id, passed);
}
