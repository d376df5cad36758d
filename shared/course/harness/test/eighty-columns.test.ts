/** Nothing that a verb prints is wider than a terminal of 80 columns. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { describeFailure } from '../../exercise/terminal/describe.ts';
import { spawnSync } from '@on-the-wire/system/programs/start.ts';
import { inTerminal } from '../verb.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'eighty-'));
const progress = join(folder, 'progress.json');
writeFileSync(
  progress,
  JSON.stringify({
    'server-to-server': {
      at: 'step-3',
      visited: '2026-11-22T10:00:00.000Z',
      steps: {},
    },
    'sse/4': { passed: '2026-11-01T10:00:00.000Z', passes: false, checked: '' },
  }),
);
afterAll(() => rmSync(folder, { recursive: true }));

const tooWide = (text: string) =>
  stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => [...line].length > 80);

test.each([
  'lesson --help',
  'exercise --help',
  'compare --help',
  'tap --help',
  'wire --help',
  'test --help',
  'check --help',
  'lesson',
  'exercise',
  'exercise sse',
  'lesson --find resume',
])('%s', (line) => {
  const [verb, ...words] = line.split(' ');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, `scripts/${verb}.ts`), ...words],
    {
      encoding: 'utf8',
      env: { ...process.env, ON_THE_WIRE_PROGRESS: progress, COLUMNS: '80' },
    },
  );
  const printed = stdout + stderr;
  expect(printed).not.toBe('');
  expect(tooWide(printed)).toEqual([]);
  if (line === 'lesson')
    expect(printed).toMatch(
      /You stopped at step 3,[^]+ {2}Go on: .*pnpm lesson server-to-server\n/,
    );
});

test('a sentence that says what went wrong, in a terminal only', () => {
  const words = `There is no row "x". There are: ${'binary, '.repeat(20)}.`;
  expect(tooWide(inTerminal(words, { isTTY: true, columns: 80 }))).toEqual([]);
  expect(inTerminal(words, {})).toBe(words);
});

test('a verdict, with a caret far to the right', () => {
  const failure = {
    title: `A line ${'of the text '.repeat(10)}is not in a data field`,
    came: 'x'.repeat(70),
    at: 60,
    note: 'here a new line begins: a field that the format does not know',
  };
  const lines = describeFailure(failure);
  expect(tooWide(lines.join('\n'))).toEqual([]);
  expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(failure.note);
});
