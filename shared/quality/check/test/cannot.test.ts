import { expect, test } from '@jest/globals';
import type { Cannot } from '@on-the-wire/browser/cannot.ts';
import { checkCannot } from '../cannot.ts';
import { madeUpTree } from './made-up-tree.ts';

const sentence =
  'In Firefox, a letter is never opened while it is being written.';
const entry: Cannot = {
  engine: 'firefox',
  what: 'open a letter that is being written',
  sentence,
  file: 'lessons/post/README.md',
};

const check = async (
  files: Record<string, string>,
  more: Partial<Cannot> = {},
) => checkCannot(await madeUpTree(files), [{ ...entry, ...more }]);

test('an entry whose sentence nobody is told is found', async () => {
  const readme = 'In Firefox, a letter is never opened.';
  expect(await check({ 'lessons/post/README.md': readme })).toEqual([
    {
      file: 'shared/browser/cannot.ts',
      found:
        'firefox cannot open a letter that is being written, and ' +
        `lessons/post/README.md does not say "${sentence}"`,
      expected: 'the sentence that a reader gets, as it stands in that file',
      remedy:
        'Say it there, or correct the entry; if firefox can do it now, remove the entry.',
    },
  ]);
});

test('a file that does not exist says nothing, nor does an empty sentence', async () => {
  expect(await check({})).toHaveLength(1);
  const files = { 'lessons/post/README.md': 'Something.' };
  expect(await check(files, { sentence: ' ' })).toHaveLength(1);
});

test.each([
  ['a text', 'README.md', `- ${sentence}\n`],
  [
    'a text with breaks',
    'README.md',
    `> ${sentence.replace('never', '\n  never')}`,
  ],
  ['a page', 'page/index.html', `<p>\n  ${sentence}\n</p>`],
  [
    'a script, in two strings',
    'page/page.ts',
    `say(\n  'In Firefox, a letter is never ' +\n    'opened while it is being written.',\n);`,
  ],
])('%s may say it', async (_where, name, text) => {
  const file = `lessons/post/${name}`;
  expect(await check({ [file]: text }, { file })).toEqual([]);
});
