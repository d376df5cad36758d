/**
 * What a whole run of the tests came to, for the gate. By itself:
 * `node shared/quality/runner/outcome.ts <results of jest, as JSON>`
 */
import { readFileSync } from 'node:fs';
import { failuresOf, type Results } from './soak.ts';

/**
 * Lines that name what failed and what was skipped; the last one counts. All is
 * well if something has passed, nothing has failed, and nothing was skipped:
 * the gate has every program that a test may want.
 *
 * @param results undefined where jest has written none
 */
export function outcomeOf(results: Results | undefined): {
  lines: string[];
  good: boolean;
} {
  const { numPassedTests: passed, testResults } = results ?? {
    numPassedTests: 0,
    testResults: [],
  };
  const skipped = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => /pending|todo/.test(status)),
  );
  const failures = failuresOf({ numPassedTests: passed, testResults });
  return {
    lines: [
      ...skipped.map(({ fullName }) => `SKIPPED: ${fullName}`),
      ...failures.map(({ name }) => `FAILED: ${name}`),
      `${passed} passed, ${failures.length} failed, ${skipped.length} skipped`,
    ],
    good: failures.length === 0 && skipped.length === 0,
  };
}

if (import.meta.main) {
  let results: Results | undefined;
  try {
    results = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Results;
  } catch {
    // None were written: no test ran.
  }
  const { lines, good } = outcomeOf(results);
  console.log(lines.join('\n'));
  process.exitCode = good ? 0 : 1;
}
