/** One check, told in the terminal. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { HarnessError } from '../harness/lessons.ts';
import { type Browser, openBrowser } from '../testing/browser.ts';
import { describeVerdict } from './describe.ts';
import type { FoundExercise } from './exercises.ts';
import { tryOut } from './trial.ts';
import { makeCopy } from './workspace.ts';

/**
 * Checks the learner's copy, which is made where there is none, or another
 * file.
 *
 * @param other a path inside the exercise's folder
 * @returns whether it passes
 * @throws HarnessError (2) where there is no such file
 */
export async function checkOnce(
  exercise: FoundExercise,
  other?: string,
): Promise<boolean> {
  const file = other ? resolve(exercise.folder, other) : exercise.copy;
  if (!other) makeCopy(exercise);
  else if (!existsSync(file))
    throw new HarnessError(`There is no file ${file}.`, 2);
  let opened: Promise<Browser> | undefined;
  const browser = () => (opened ??= openBrowser());
  const verdict = await tryOut(exercise, file, { browser });
  await (await opened)?.close();
  const { stdout: stream } = process;
  const looks = { stream, ...(stream.isTTY && { width: stream.columns }) };
  const lines = describeVerdict(exercise, verdict, looks);
  stream.write(`\n${lines.join('\n')}\n\n`);
  return verdict.passed;
}
