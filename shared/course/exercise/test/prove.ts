/**
 * Proves the exercises of all lessons, as they are found by their folders: the
 * starter fails with its intended message, an empty file fails, each wrong
 * answer fails with its own, the solution and at least two different right ones
 * pass. The files in `proofs/` share them, so that jest can run them at once.
 * What is checked in a browser is proven in Chromium and in Firefox, or in the
 * engine that the run is about.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Engine, missingEngine } from '@on-the-wire/browser/engines.ts';
import { openEngine } from '@on-the-wire/browser/open-engine.ts';
import type { Browser } from '@on-the-wire/browser/page.ts';
import { engineNames } from '@on-the-wire/viewer/page/engine.ts';
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
import { loadCheck, runCheck, type Verdict } from '../run-check.ts';

const table: string[] = [];
let scratch = '';
const opened = new Map<Engine, Promise<Browser>>();
/** Verdicts that came before a page was opened: the same in each engine. */
const unpaged = new Map<string, Verdict>();
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'exercises-'));
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
  for (const browser of opened.values()) await (await browser).close();
  process.stdout.write(`${table.join('\n')}\n`);
});

/** Checks a file as the learner's would be, and notes it in the table. */
async function verdictOn(
  exercise: FoundExercise,
  file: string,
  engine: Engine,
) {
  let isPaged = false;
  const open = () => {
    isPaged = true;
    const browser = opened.get(engine) ?? openEngine(engine, { unseen: true });
    opened.set(engine, browser);
    return browser;
  };
  let last = 'its start';
  const late = new AbortController();
  const verdict = await Promise.race([
    runCheck(exercise, file, {
      browser: open,
      engine: () => engine,
      onStep: (step) => (last = `the step “${step}”`),
    }),
    after(hang, undefined, late).then(() => {
      throw new Error(`${file}: no verdict ${hang / 1000} s later; ${last}`);
    }),
  ]);
  late.abort();
  if (!isPaged) unpaged.set(file, verdict);
  const name = file.startsWith(exercise.folder)
    ? file.slice(exercise.folder.length + 1)
    : basename(file);
  const told = verdict.failure?.title ?? 'passes';
  const ms = String(Math.round(verdict.ms)).padStart(6);
  const where = engine === 'chromium' ? '' : `, in ${engine}`;
  table.push(
    `${exercise.id.padEnd(18)} ${name.padEnd(34)} ${ms} ms  ${told}${where}`,
  );
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
/** ms until a check is given up: the longest takes 37 s. */
const hang = 240_000;

/** Checks all files of an exercise; the verdicts by file. */
async function tryAll(
  exercise: FoundExercise,
  files: string[],
  engine: Engine,
) {
  const verdicts = new Map<string, Verdict>();
  const waiting = [...files];
  const work = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift())
      verdicts.set(file, await verdictOn(exercise, file, engine));
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
  for (const exercise of all) proveOne(exercise, await loadCheck(exercise));
}

function proveOne(exercise: FoundExercise, check: Check) {
  const only = process.env['ONLY_ENGINE'] as Engine | undefined;
  const files = filesOf(exercise);
  const both: Engine[] = check.browser ? ['chromium', 'firefox'] : ['chromium'];
  for (const engine of only ? [only] : both) {
    const name =
      exercise.id + (check.browser ? ` in ${engineNames[engine]}` : '');
    const why = check.browser ? missingEngine(engine) : undefined;
    if (why === undefined) {
      describe(`${name}`, () => {
        testsOf(exercise, check, files, engine);
      });
    } else {
      process.stderr.write(`Skipped ${name}: ${why}\n`);
      // oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
      describe.skip(`${name}`, () => {
        testsOf(exercise, check, files, engine);
      });
    }
  }
}

/** The right and the wrong answers, each with its name. */
function filesOf({ folder, solution }: FoundExercise) {
  const answers = onlySolutions ? [] : answersOf(folder);
  const of = (wanted: KnownAnswer['kind']) =>
    answers.filter(({ kind }) => kind === wanted);
  const fileOf = (answer: KnownAnswer) => expand(folder, answer);
  const right = [
    ['solution.ts', solution],
    ...of('right').map((answer) => [answer.path, fileOf(answer)] as const),
  ] as const;
  const wrong = of('wrong').map(
    (answer) => [answer.path, fileOf(answer), answer.told] as const,
  );
  return { right, wrong };
}

function testsOf(
  exercise: FoundExercise,
  check: Check,
  { right, wrong }: ReturnType<typeof filesOf>,
  engine: Engine,
) {
  const { folder, solution, starter } = exercise;
  const empty = () => join(scratch, `empty-${exercise.name}.ts`);
  let verdicts: Map<string, Verdict>;
  const verdictOf = (file: string) => verdicts.get(file) ?? unpaged.get(file)!;

  beforeAll(async () => {
    await writeFile(empty(), '');
    const failing = onlySolutions ? [] : [starter, empty()];
    const files = [...failing, ...[...wrong, ...right].map(([, file]) => file)];
    const left = files.filter((file) => !unpaged.has(file));
    verdicts = await tryAll(exercise, left, engine);
  }, hang * 4);

  if (!onlySolutions) {
    test('has wrong answers, and two right ones beside the solution', () => {
      expect(wrong.length).toBeGreaterThan(1);
      expect(right.length).toBeGreaterThan(2);
    });

    test('exercise.ts is told what is missing', () => {
      mustFail(verdictOf(starter), check.starter);
    });

    test('an empty file fails', () => {
      mustFail(verdictOf(empty()), 'exports no');
    });

    test.each(wrong)('%s is told what is wrong', (_name, file, told) => {
      expect(told).toBeDefined();
      mustFail(verdictOf(file), told);
    });
  }

  test('each step of the check stands in the table of answers.md', () => {
    const answersFile = readFileSync(join(folder, editsFile), 'utf8');
    const inTable = readTaskTable(answersFile)!.flatMap(({ steps }) => steps);
    const tried = verdictOf(solution).steps.map(({ name }) => name);
    expect([...new Set(inTable)].sort()).toEqual([...new Set(tried)].sort());
  });

  test.each(right)('%s passes', (_name, file) => {
    mustPass(exercise, verdictOf(file));
  });
}
