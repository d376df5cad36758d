import { expect, test } from '@jest/globals';
import { checkPrivateThings } from '../private-things.ts';
import { madeUpTree } from './made-up-tree.ts';

// Put together here, so that this file holds none of them.
const dashes = '-'.repeat(5);
const host = (...names: string[]) => names.join('.');
const path = (...names: string[]) => names.join('/');

test.each([
  ['a private key', `${dashes}BEGIN PRIVATE KEY${dashes}`],
  ['a private key', `${dashes}BEGIN EC PRIVATE KEY${dashes}`],
  ['a path into a home folder', `see ${path('', 'home', 'someone', 'course')}`],
  ['a path into a home folder', `'${path('', 'Users', 'some.one', 'course')}'`],
  ['a path into a home folder', path('', 'root', 'course')],
  ['a path into a home folder', ['C:', 'Users', 'someone'].join('\\')],
  [
    'the host of a package registry',
    `https://${host('registry', 'npmjs', 'org')}/x`,
  ],
  ['the host of a package registry', `${'regis'}try=https://example.org`],
  ['the host of a package registry', `  ${'tar'}ball: https://example.org/x`],
])('%s is found in any text file: %s', async (found, text) => {
  const root = await madeUpTree({ 'a/b.md': `One line.\n${text}\n` });
  expect(await checkPrivateThings(root)).toEqual([
    expect.objectContaining({ file: 'a/b.md', line: 2, found }),
  ]);
});

test.each([
  `${dashes}BEGIN CERTIFICATE${dashes}`,
  'a home page, the users of it',
  'https://example.org/home/page.html',
  'a registry of names',
  'import x from "./root/x.ts";',
])('nothing private is in: %s', async (text) => {
  const root = await madeUpTree({ 'a.md': text });
  expect(await checkPrivateThings(root)).toEqual([]);
});

test('what is no text is not looked at', async () => {
  const text = `\0${dashes}BEGIN PRIVATE KEY${dashes}`;
  const root = await madeUpTree({ 'a.png': text });
  expect(await checkPrivateThings(root)).toEqual([]);
});
