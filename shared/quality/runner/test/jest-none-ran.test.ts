import { expect, test } from '@jest/globals';
import NoneRan from '../jest-none-ran.ts';

const none = {
  numPassedTests: 0,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
};

/** What jest is told of a run with these words and results. */
function told(
  testNamePattern: string | undefined,
  results: Partial<typeof none>,
) {
  const reporter = new NoneRan({ ...(testNamePattern && { testNamePattern }) });
  reporter.onRunComplete(undefined, { ...none, ...results });
  return reporter.getLastError()?.message;
}

test('words that name no test are an error', () => {
  expect(told('sse/9', {})).toBe('no test ran');
  expect(told('sse/1', { numPassedTests: 1 })).toBeUndefined();
  expect(told('sse/1', { numFailedTests: 1 })).toBeUndefined();
});

test('without words, all may be skipped', () => {
  expect(told(undefined, {})).toBeUndefined();
});
