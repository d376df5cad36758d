import { expect, test } from '@jest/globals';
import { outcomeOf } from '../outcome.ts';

/** The results of one file, as jest writes them. */
function resultsWith(...statuses: string[]) {
  const assertionResults = statuses.map((status) => ({
    fullName: `a ${status} one`,
    status,
    failureMessages: [],
  }));
  const status = statuses.includes('failed') ? 'failed' : 'passed';
  return {
    numPassedTests: statuses.filter((each) => each === 'passed').length,
    testResults: [{ name: 'a.test.ts', status, message: '', assertionResults }],
  };
}

test.each([
  [['passed', 'passed'], ['2 passed, 0 failed, 0 skipped'], true],
  [
    ['passed', 'pending'],
    ['SKIPPED: a pending one', '1 passed, 0 failed, 1 skipped'],
    false,
  ],
  [
    ['passed', 'failed'],
    ['FAILED: a failed one', '1 passed, 1 failed, 0 skipped'],
    false,
  ],
  [[], ['FAILED: no test ran', '0 passed, 1 failed, 0 skipped'], false],
])('%j', (statuses, lines, good) => {
  expect(outcomeOf(resultsWith(...statuses))).toEqual({ lines, good });
});

test('without results nothing is good', () => {
  expect(outcomeOf(undefined)).toEqual({
    lines: ['FAILED: no test ran', '0 passed, 1 failed, 0 skipped'],
    good: false,
  });
});

test('a file that could not be loaded has failed, though others passed', () => {
  const broken = { ...resultsWith().testResults[0]!, status: 'failed' };
  const { numPassedTests, testResults } = resultsWith('passed');
  const results = { numPassedTests, testResults: [...testResults, broken] };
  expect(outcomeOf(results).lines.at(-1)).toBe('1 passed, 1 failed, 0 skipped');
});
