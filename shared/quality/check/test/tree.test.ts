import { expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnSync } from '@on-the-wire/system/programs/start.ts';
import { filesOf, foldersOf } from '../tree.ts';
import { madeUpTree } from './made-up-tree.ts';

test('without Git, all files but what is installed or made here', async () => {
  const root = await madeUpTree({
    'a.ts': '',
    'b/c.ts': '',
    '.ci/run': '',
    'node_modules/x/x.js': '',
    'b/node_modules/x.js': '',
    'b/workspace/x.ts': '',
  });
  expect(await filesOf(root)).toEqual(['.ci/run', 'a.ts', 'b/c.ts']);
});

test('with Git, what it tracks or would track, and still exists', async () => {
  const root = await madeUpTree({
    '.gitignore': '*.log\n',
    'tracked.ts': '',
    'deleted.ts': '',
    'with ümlaut.ts': '',
    'new.ts': '',
    'ignored.log': '',
  });
  const git = (...args: string[]) => spawnSync('git', args, { cwd: root });
  git('init', '--quiet');
  git('add', 'tracked.ts', 'deleted.ts', 'with ümlaut.ts', '.gitignore');
  await rm(join(root, 'deleted.ts'));
  expect(await filesOf(root)).toEqual([
    '.gitignore',
    'new.ts',
    'tracked.ts',
    'with ümlaut.ts',
  ]);
});

test('folders of a folder are named, hidden and installed ones left out', async () => {
  const root = await madeUpTree({
    'b/x': '',
    'a/x': '',
    '.git/x': '',
    'node_modules/x': '',
    file: '',
  });
  expect(await foldersOf(root, '')).toEqual(['a', 'b']);
  expect(await foldersOf(root, 'nowhere')).toEqual([]);
});
