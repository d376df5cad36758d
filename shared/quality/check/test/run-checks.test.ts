import { expect, test } from '@jest/globals';
import { formatFinding } from '../finding.ts';
import { runChecks, type RepositoryCheck } from '../run-checks.ts';

const finding = {
  file: 'a.ts',
  line: 3,
  found: 'one\ntwo',
  expected: 'three',
  remedy: 'Count.',
};

/** Runs made-up checks; times are left out of what is said. */
async function run(checks: Record<string, RepositoryCheck>) {
  const said: string[] = [];
  const findings = await runChecks('.', checks, (text) =>
    said.push(text.replaceAll(/ +\d+\.\d s/g, ' _ s')),
  );
  return { findings, said };
}

test('a line for each check as it ends, and one for all', async () => {
  const first = Promise.withResolvers<[]>();
  const { findings, said } = await run({
    slow: () => first.promise,
    fast: async () => {
      setImmediate(() => first.resolve([]));
      return [];
    },
  });
  expect(findings).toBe(0);
  expect(said).toEqual([
    'fast       ok _ s',
    'slow       ok _ s',
    '\n2 checks, all ok, in _ s',
  ]);
});

test('findings come after the lines, each with its place', async () => {
  const { findings, said } = await run({
    bad: async () => [finding, { ...finding, line: undefined }],
    good: async () => [],
  });
  expect(findings).toBe(2);
  expect(said).toEqual([
    'bad        2 findings _ s',
    'good       ok _ s',
    `\n${formatFinding(finding).trimEnd()}`,
    expect.stringMatching(/^\na\.ts\n/),
    '\n2 checks, 2 findings, in _ s',
  ]);
});

test('a check that fails by itself is a finding, and the others go on', async () => {
  const { findings, said } = await run({
    broken: () => Promise.reject(new Error('no such disk')),
    good: async () => [],
  });
  expect(findings).toBe(1);
  expect(said.join('\n')).toContain('no such disk');
  expect(said).toContain('good       ok _ s');
});

test('a finding says place, found, expected and what to do', () => {
  expect(formatFinding(finding)).toBe(
    'a.ts:3\n' +
      '  found     one\n' +
      '            two\n' +
      '  expected  three\n' +
      '  to do     Count.\n',
  );
});
