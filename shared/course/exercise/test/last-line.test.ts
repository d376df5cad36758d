/** What stands below a verdict: nothing, whoever runs it. */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { spawnSync } from '@on-the-wire/system/programs/start.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const program = 'shared/course/bin/exercise.cjs';

/** The pnpm that runs these tests, where one does. */
const { npm_execpath: pnpm = '' } = process.env;
const testIfInstalled = /[\\/]pnpm(?:\.exe)?$/.test(pnpm) ? test : test.skip;

test('"exercise" is a program that pnpm finds, and no script of its own', () => {
  const { bin } = JSON.parse(
    readFileSync(`${root}shared/course/package.json`, 'utf8'),
  ) as { bin: Record<string, string> };
  expect(bin).toEqual({ exercise: 'bin/exercise.cjs' });
  expect(statSync(root + program).mode & 0o111).not.toBe(0);
  const { scripts } = JSON.parse(
    readFileSync(`${root}package.json`, 'utf8'),
  ) as { scripts: Record<string, string> };
  // A script would come first, and pnpm has a last word below one that fails.
  expect(scripts['exercise']).toBeUndefined();
});

test('it runs the verb, with its words', () => {
  const words = [root + program, 'sse/1', '--try', 'lf-only'];
  const { status, stdout } = spawnSync(process.execPath, words, {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(lastLine(stdout)).toMatch(/^ {2}Not yet: sse\/1 Write the event, /);
});

testIfInstalled('through pnpm the verdict is the last line, too', () => {
  const words = ['exercise', 'sse/1', '--try', 'lf-only'];
  const { status, stdout, stderr } = spawnSync(pnpm, words, {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([1, '']);
  expect(lastLine(stdout)).toMatch(/^ {2}Not yet: sse\/1 Write the event, /);
});

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);
