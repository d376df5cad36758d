/** What tells a version apart from another, with Git and without. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { spawnSync } from '../programs/start.ts';
import { courseVersion, versionOf } from '../version.ts';

const commit = 'bbf1e7c0123456789abcdef0123456789abcdef0';
const other = '110dd330123456789abcdef0123456789abcdef0';
let folder = '';
const write = (path: string, text: string) => {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'version-'));
  write('package.json', '{ "name": "on-the-wire", "version": "0.1.0" }');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files: [what: string, files: Record<string, string>][] = [
  [
    'a branch in a file of its own',
    {
      '.git/HEAD': 'ref: refs/heads/a/b\n',
      '.git/refs/heads/a/b': `${commit}\n`,
    },
  ],
  [
    'a branch in the list of all',
    {
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/packed-refs':
        '# pack-refs with: peeled fully-peeled sorted \n' +
        `${other} refs/heads/a-main\n${commit} refs/heads/main\n`,
    },
  ],
  ['no branch', { '.git/HEAD': `${commit}\n` }],
  [
    'a worktree',
    {
      '.git': 'gitdir: there/.git/worktrees/one\n',
      'there/.git/worktrees/one/HEAD': 'ref: refs/heads/one\n',
      'there/.git/worktrees/one/commondir': '../..\n',
      'there/.git/refs/heads/one': `${commit}\n`,
    },
  ],
];
test.each(files)('A clone on %s: version and commit', (_what, written) => {
  for (const [path, text] of Object.entries(written)) write(path, text);
  expect(versionOf(folder)).toBe('0.1.0+bbf1e7c');
});

const without: typeof files = [
  ['Git', {}],
  ['a commit yet', { '.git/HEAD': 'ref: refs/heads/main\n' }],
  [
    'the branch in the list of all',
    {
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/packed-refs': `${other} refs/heads/a-main\n`,
    },
  ],
  ['branches as files', { '.git/HEAD': 'ref: refs/heads/.invalid\n' }],
  ['what .git names', { '.git': 'gitdir: /no/such/folder\n' }],
  ['sense in .git', { '.git': '' }],
];
test.each(without)('Without %s: the version alone', (_what, written) => {
  for (const [path, text] of Object.entries(written)) write(path, text);
  expect(versionOf(folder)).toBe('0.1.0');
});

const root = join(import.meta.dirname, '../../..');
const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root });
const testIfInstalled = git.status === 0 ? test : test.skip;
testIfInstalled('This clone says what Git says', () => {
  const [, named] = courseVersion().split('+');
  expect(git.stdout.toString().slice(0, 7)).toBe(named);
});

test('Where a bundle defined what was packed, that is said', () => {
  const defined = globalThis as { PACKED_VERSION?: string };
  defined.PACKED_VERSION = '1.2.3+0abcdef';
  expect(courseVersion()).toBe('1.2.3+0abcdef');
  delete defined.PACKED_VERSION;
  expect(courseVersion()).not.toContain('0abcdef');
});
