/** What `pnpm exercise` does with flags: check once, check all, show a solution. */
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { findBrowser, noBrowser } from '@on-the-wire/browser/find-browser.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import type { Browser } from '@on-the-wire/browser/browser.ts';
import { describeVerdict } from './describe.ts';
import type { FoundExercise } from '../exercises.ts';
import { fileToTry } from '../answers/try-answer.ts';
import { noteVerdict } from '../progress.ts';
import { runCheck, type Verdict } from '../run-check.ts';
import { makeCopy } from '../workspace.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

/**
 * Checks the learner's copy, which is made where there is none, or another
 * file; notes the first.
 *
 * @param other a path inside the exercise's folder, or the name of an answer
 * @returns whether it passes
 * @throws UsageError (2) where there is neither
 */
export async function checkOnce(
  exercise: FoundExercise,
  other?: string,
): Promise<boolean> {
  const file = other ? fileToTry(exercise, other) : exercise.copy;
  if (!other) makeCopy(exercise);
  const browser = browserOnDemand();
  const verdict = await runCheck(exercise, file, { browser: browser.get });
  await browser.close();
  const { stdout: stream } = process;
  const looks = { stream, ...(stream.isTTY && { width: stream.columns }) };
  const lines = describeVerdict(exercise, verdict, looks);
  stream.write(`\n${lines.join('\n')}\n\n`);
  if (!other) keep(exercise, verdict);
  return verdict.passed;
}

/**
 * Checks all that the learner has begun, a line for each.
 *
 * @returns whether all pass
 */
export async function checkAll(exercises: FoundExercise[]): Promise<boolean> {
  const begun = exercises.filter(({ copy }) => existsSync(copy));
  if (begun.length === 0)
    process.stdout.write(
      `Nothing is begun yet. ${pnpm} exercise lists them.\n`,
    );
  const browser = browserOnDemand();
  let all = true;
  for (const exercise of begun) {
    const verdict = await runCheck(exercise, exercise.copy, {
      browser: browser.get,
    });
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

/** The solution as text, with its path above it. */
export function showSolution({ solution }: FoundExercise): string {
  const path = relative(process.cwd(), solution);
  return `// ${path}\n${readFileSync(solution, 'utf8')}`;
}

function keep({ id }: FoundExercise, { passed, ours }: Verdict) {
  if (!ours) noteVerdict(id, passed);
}

/** Opens a browser when the first check asks for it. */
function browserOnDemand() {
  let opened: Promise<Browser> | undefined;
  const open = async () => {
    if (!findBrowser()) throw new UsageError(noBrowser, 1);
    const { openBrowser } = await import('@on-the-wire/browser/browser.ts');
    return openBrowser();
  };
  return {
    get: () => (opened ??= open()),
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
}
