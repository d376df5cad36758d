/**
 * Proves the exercises of all lessons, as they are found by their folders: the
 * starter fails with its intended message, an empty file fails, each wrong
 * answer fails with its own, the solution and at least two different right ones
 * pass. The files in `proofs/` share them, so that jest can run them at once.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Browser,
  findBrowser,
  noBrowser,
} from '@on-the-wire/browser/browser.ts';
import { openTrustingBrowser } from '@on-the-wire/browser/trusting-browser.ts';
import {
  answersOf,
  editsFile,
  expand,
  type KnownAnswer,
} from '../answers/answers.ts';
import { readTaskTable } from '../answers/task-table.ts';
import type { Check } from '../check.ts';
import { describeVerdict } from '../terminal/describe.ts';
import { findExercises, type FoundExercise } from '../exercises.ts';
import { runCheck, type Verdict } from '../run-check.ts';

const table: string[] = [];
let scratch = '';
let opened: Promise<Browser> | undefined;
const browser = () => (opened ??= openTrustingBrowser());
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
  const verdict = await runCheck(exercise, file, { browser });
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
const atOnce = 4;
/** ms: every wait within ends by itself long before. */
const hang = 3_600_000;

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

/**
 * The tests of one part of all exercises: there are as many parts as files
 * beside the one that calls it.
 *
 * @param url of that file
 */
export async function prove(url: string): Promise<void> {
  const parts = readdirSync(new URL('.', url)).sort();
  const part = parts.indexOf(basename(fileURLToPath(url)));
  const all = findExercises().filter((_, at) => at % parts.length === part);
  // Imported one after the other: whether it needs a browser stands in it.
  for (const exercise of all) proveOne(exercise, await checkOf(exercise));
}

function proveOne(exercise: FoundExercise, check: Check) {
  if (!check.browser || findBrowser()) {
    describe(`${exercise.id}`, () => {
      testsOf(exercise, check);
    });
    return;
  }
  process.stderr.write(`Skipped ${exercise.id}: ${noBrowser}\n`);
  // oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
  describe.skip(`${exercise.id}`, () => {
    testsOf(exercise, check);
  });
}

function testsOf(exercise: FoundExercise, check: Check) {
  const { folder, solution, starter } = exercise;
  const empty = () => join(scratch, `empty-${exercise.name}.ts`);
  const answers = onlySolutions ? [] : answersOf(folder);
  const fileOf = (answer: KnownAnswer) => expand(folder, answer);
  const rightAnswers = answers.filter(({ kind }) => kind === 'right');
  const right = [
    ['solution.ts', solution],
    ...rightAnswers.map((answer) => [answer.path, fileOf(answer)] as const),
  ] as const;
  const wrong = answers
    .filter(({ kind }) => kind === 'wrong')
    .map((answer) => [answer.path, fileOf(answer), answer.told] as const);
  let verdicts: Map<string, Verdict>;

  beforeAll(async () => {
    await writeFile(empty(), '');
    const failing = onlySolutions ? [] : [starter, empty()];
    const files = [...wrong, ...right].map(([, file]) => file);
    verdicts = await tryAll(exercise, [...failing, ...files]);
  }, hang);

  if (!onlySolutions) {
    test('has wrong answers, and two right ones beside the solution', () => {
      expect(wrong.length).toBeGreaterThan(1);
      expect(right.length).toBeGreaterThan(2);
    });

    test('exercise.ts is told what is missing', () => {
      mustFail(verdicts.get(starter)!, check.starter);
    });

    test('an empty file fails', () => {
      mustFail(verdicts.get(empty())!, 'exports no');
    });

    test.each(wrong)('%s is told what is wrong', (_name, file, told) => {
      expect(told).toBeDefined();
      mustFail(verdicts.get(file)!, told);
    });
  }

  test('each step of the check stands in the table of answers.md', () => {
    const answersFile = readFileSync(join(folder, editsFile), 'utf8');
    const inTable = readTaskTable(answersFile)!.flatMap(({ steps }) => steps);
    const tried = verdicts.get(solution)!.steps.map(({ name }) => name);
    expect([...new Set(inTable)].sort()).toEqual([...new Set(tried)].sort());
  });

  test.each(right)('%s passes', (_name, file) => {
    mustPass(exercise, verdicts.get(file)!);
  });
}
