import { expect, test } from '@jest/globals';
import { commandForReport } from '../report/command.ts';

test.each([
  ['pnpm compare --only polling,sse --fault latency=80ms'],
  ['pnpm compare --fault bandwidth=1MB/s --html report.html'],
])('stays as it was typed: %s', (typed) => {
  expect(commandForReport(typed.split(' '))).toBe(typed);
});

test.each([
  ['--json', '/srv/me/a.json', '--json a.json'],
  ['--html', '../b.html', '--html b.html'],
  ['--html', String.raw`D:\me\b.html`, '--html b.html'],
  ['--html=/srv/me/c d.html', '--quick', '--html=c d.html --quick'],
  ['--record', '/srv/me/runs/', '--record runs'],
])('keeps no folder of this machine: %s %s', (one, other, shared) => {
  expect(commandForReport(['pnpm compare', one, other])).toBe(
    `pnpm compare ${shared}`,
  );
});
