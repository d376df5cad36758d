/**
 * Proves the exercises of a lesson: the starter fails with its intended
 * message, an empty file fails, each wrong answer fails with its own, the
 * solution and at least two different right ones pass.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Browser,
  findBrowser,
  noBrowser,
  openBrowser,
} from '../../testing/browser.ts';
import { answersOf, toldOf } from '../answers.ts';
import type { Check } from '../check.ts';
import { describeVerdict } from '../describe.ts';
import { findExercises, type FoundExercise } from '../exercises.ts';
import { tryOut, type Verdict } from '../trial.ts';

const table: string[] = [];
let scratch = '';
let opened: Promise<Browser> | undefined;
const browser = () => (opened ??= openBrowser());
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'exercises-'));
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
  await (await opened)?.close();
  process.stdout.write(`${table.join('\n')}\n`);
});

const checkOf = async ({ check }: FoundExercise) =>
  ((await import(pathToFileURL(check).href)) as { default: Check }).default;

/** Checks a file as the learner's would be, and notes it in the table. */
async function verdictOn(exercise: FoundExercise, file: string) {
  const verdict = await tryOut(exercise, file, { browser });
  const name = file.startsWith(exercise.folder)
    ? file.slice(exercise.folder.length + 1)
    : basename(file);
  const told = verdict.failure?.title ?? 'passes';
  const ms = String(Math.round(verdict.ms)).padStart(6);
  table.push(`${exercise.id.padEnd(18)} ${name.padEnd(34)} ${ms} ms  ${told}`);
  return verdict;
}

function mustPass(exercise: FoundExercise, verdict: Verdict) {
  if (verdict.passed) return;
  const said = describeVerdict(exercise, verdict).join('\n');
  throw new Error(`seed ${verdict.seed}\n${said}`);
}

/** Failed for the reason that it should, and by the learner's doing. */
function mustFail(verdict: Verdict, told: string | undefined) {
  expect(verdict.failure?.title ?? 'passes').toContain(told);
  expect(verdict.ours).toBeUndefined();
}

/** Solutions are tried fifty times; see `pnpm soak`. */
const onlySolutions = process.env['ONLY_SOLUTIONS'] !== undefined;

/** So many at once: each waits for its own process most of the time. */
const atOnce = 3;

/** Checks all files of an exercise; the verdicts by file. */
async function tryAll(exercise: FoundExercise, files: string[]) {
  const verdicts = new Map<string, Verdict>();
  const waiting = [...files];
  const work = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift())
      verdicts.set(file, await verdictOn(exercise, file));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return verdicts;
}

/** The tests of its exercises, found by folder; a file of tests calls it. */
export function prove(lesson: string) {
  describe.each(
    findExercises()
      .filter((exercise) => exercise.lesson.name === lesson)
      .map((exercise) => [exercise.id, exercise] as const),
  )('%s', (_id, exercise) => {
    proveOne(exercise);
  });
}

function proveOne(exercise: FoundExercise) {
  const empty = () => join(scratch, `empty-${exercise.name}.ts`);
  const different = onlySolutions ? [] : answersOf(exercise, 'right');
  const right = [exercise.solution, ...different];
  const wrong = onlySolutions ? [] : answersOf(exercise, 'wrong');
  const nameOf = (file: string) => file.slice(exercise.folder.length + 1);
  const named = (files: string[]) => files.map((file) => [nameOf(file), file]);
  let check: Check;
  let verdicts: Map<string, Verdict>;

  beforeAll(async () => {
    check = await checkOf(exercise);
    if (check.browser && !findBrowser()) {
      if (process.env['CI']) throw new Error(`CI is set, but ${noBrowser}`);
      process.stderr.write(`Skipped ${exercise.id}: ${noBrowser}\n`);
      return;
    }
    await writeFile(empty(), '');
    const failing = onlySolutions ? [] : [exercise.starter, empty(), ...wrong];
    const files = [...failing, ...right];
    verdicts = await tryAll(exercise, files);
  }, 120_000);

  /** Once each: a test that is tried again has its file checked again. */
  const verdictOf = async (file: string) => {
    const known = verdicts.get(file);
    verdicts.delete(file);
    return known ?? verdictOn(exercise, file);
  };

  if (!onlySolutions) {
    test('has wrong answers, and two right ones beside the solution', () => {
      expect(wrong.length).toBeGreaterThan(1);
      expect(right.length).toBeGreaterThan(2);
    });

    test('exercise.ts is told what is missing', async () => {
      if (verdicts) mustFail(await verdictOf(exercise.starter), check.starter);
    });

    test('an empty file fails', async () => {
      if (verdicts) mustFail(await verdictOf(empty()), 'exports no');
    });

    test.each(named(wrong))('%s is told what is wrong', async (_name, file) => {
      const told = toldOf(file!);
      expect(told).toBeDefined();
      if (verdicts) mustFail(await verdictOf(file!), told);
    });
  }

  test.each(named(right))('%s passes', async (_name, file) => {
    if (verdicts) mustPass(exercise, await verdictOf(file!));
  });
}
