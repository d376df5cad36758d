/** Runs tests many times over, to find what fails once in fifty times. */
import { randomInt } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engines, missingEngine } from '@on-the-wire/browser/engines.ts';
import { engineNames } from '@on-the-wire/viewer/page/engine.ts';
import { findTests, root, runJest } from './run-tests.ts';

/** The packages of shared whose tests open sockets. */
const packages = [
  'compare',
  'course',
  'home',
  'lesson',
  'system',
  'tap',
  'viewer',
  'wire',
];

/**
 * The folders of all tests that use the network. A lesson may have none: of one
 * that git has taken away, what was installed stays.
 */
export function findNetworkTests(tree = root): string[] {
  const lessons = readdirSync(join(tree, 'lessons')).filter((name) =>
    existsSync(join(tree, 'lessons', name, 'test')),
  );
  return findTests([...lessons, ...packages], tree);
}

/** What the checker reads of jest's results. */
export interface Results {
  numPassedTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: {
      fullName: string;
      status: string;
      failureMessages: string[];
    }[];
  }[];
}

interface Failure {
  name: string;
  message: string;
}

/**
 * Runs the tests of folders, a new jest for each round. Each failure is told
 * at once; the rounds go on; at the end a table says what failed how often.
 *
 * @param flags of jest: `-t` with words of the tests' names
 * @param say gets each line or block as it is known
 * @returns the exit code: 0, 1 if anything failed, more if it was interrupted
 */
export async function soak(
  folders: string[],
  times: number,
  say: (text: string) => void,
  flags: string[] = [],
): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), 'soak-'));
  // Not some of the random cases, as in `pnpm test`.
  process.env['ALL_CASES'] = '1';
  // Of the exercises only the solutions: all of answers.md would take hours.
  process.env['ONLY_SOLUTIONS'] = '1';
  const { FUZZ_SEED: given } = process.env;
  const results = join(scratch, 'results.json');
  const failed = new Map<string, number[]>();
  try {
    for (let round = 1; round <= times; round += 1) {
      // What servers are sent that makes no sense: others in each round.
      const seed = given ?? String(randomInt(2 ** 31));
      process.env['FUZZ_SEED'] = seed;
      const began = performance.now();
      const { code, output } = await runJest({
        folders,
        flags,
        results,
        quiet: true,
      });
      if (code > 128) return code;
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      const { passed, failures } = await readResults(results, output);
      const notRun = notRunIn(output);
      const outcome = [
        `${passed} passed`,
        ...(failures.length > 0 ? [`${failures.length} failed`] : []),
        ...(notRun.length > 0 ? [`${notRun.length} not run`] : []),
      ].join(', ');
      say(
        `round ${round} of ${times}: ${outcome}, ${seconds} s, ` +
          `FUZZ_SEED=${seed}`,
      );
      // The same in each round.
      if (round === 1) for (const line of notRun) say(line);
      for (const { name, message } of failures) {
        say(`\nIn round ${round} failed: ${name}\n${message}\n`);
        failed.set(name, [...(failed.get(name) ?? []), round]);
      }
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  if (failed.size === 0) {
    say(`\nNothing failed in ${times} rounds.`);
    return 0;
  }
  say(`\nfailed  test\n------  ----`);
  for (const [name, rounds] of failed) {
    say(`${String(rounds.length).padStart(6)}  ${name} (${rounds.join(', ')})`);
  }
  return 1;
}

/** What a driver could not do, as the environment of the tests says it. */
const notRunIn = (output: string) => output.match(/^Not run in .*$/gm) ?? [];

/**
 * Runs the tests of pages in each engine, one engine after the other; else as
 * `soak`. What an engine's driver cannot do is not run in it, and is listed.
 *
 * @returns the worst of the exit codes; an engine that this machine has not is
 *   told of, and is no failure
 */
export async function soakEngines(
  folders: string[],
  times: number,
  say: (text: string) => void,
  flags: string[] = [],
): Promise<number> {
  let worst = 0;
  for (const engine of engines) {
    const missing = missingEngine(engine);
    say(`\n${engineNames[engine]}${missing ? `: ${missing}` : ''}`);
    if (missing) continue;
    process.env['ONLY_ENGINE'] = engine;
    const code = await soak(folders, times, say, flags);
    worst = Math.max(worst, code);
    if (code > 128) break; // by a signal
  }
  delete process.env['ONLY_ENGINE'];
  return worst;
}

/** Reads and removes the results: the next round must write its own. */
async function readResults(
  file: string,
  output: string,
): Promise<{ passed: number; failures: Failure[] }> {
  let results: Results;
  try {
    results = JSON.parse(await readFile(file, 'utf8')) as Results;
    await rm(file);
  } catch (error) {
    const name = `jest itself: ${(error as Error).message}`;
    return { passed: 0, failures: [{ name, message: output }] };
  }
  return { passed: results.numPassedTests, failures: failuresOf(results) };
}

/** The tests that failed, the files that failed as a whole; or that none ran. */
export function failuresOf({
  numPassedTests,
  testResults,
}: Results): Failure[] {
  const failures = testResults.flatMap(failuresIn);
  if (numPassedTests > 0 || failures.length > 0) return failures;
  return [{ name: 'no test ran', message: 'Name others, or other flags.' }];
}

function failuresIn({
  name,
  status,
  message,
  assertionResults,
}: Results['testResults'][number]): Failure[] {
  const tests = assertionResults
    .filter((test) => test.status === 'failed')
    .map(({ fullName, failureMessages }) => ({
      name: fullName,
      message: failureMessages.join('\n'),
    }));
  if (tests.length > 0 || status !== 'failed') return tests;
  return [{ name, message }];
}
