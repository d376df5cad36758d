import { expect, test } from '@jest/globals';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { checkLicences } from '../licences.ts';
import { madeUpTree } from './made-up-tree.ts';

const store = 'node_modules/.pnpm';

async function check(name: string, json: object) {
  const root = await madeUpTree({
    [`${store}/lock.yaml`]: '',
    [`${store}/x@1.0.0/node_modules/${name}/package.json`]: JSON.stringify({
      name,
      version: '1.0.0',
      ...json,
    }),
  });
  return checkLicences(root);
}

test.each([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  '(MIT OR GPL-3.0-only)',
  '(MIT AND Apache-2.0)',
])('%s may be passed on', async (license) => {
  expect(await check('x', { license })).toEqual([]);
});

test.each(['GPL-3.0-only', 'MPL-2.0', 'SEE LICENSE IN x', '(MIT AND GPL-3.0)'])(
  '%s may not',
  async (license) => {
    expect(await check('@scope/x', { license })).toEqual([
      expect.objectContaining({
        file: 'pnpm-lock.yaml',
        found: `@scope/x@1.0.0 has the licence ${license}`,
      }),
    ]);
  },
);

test('a package without a licence is a finding', async () => {
  expect(await check('x', {})).toEqual([
    expect.objectContaining({ found: 'x@1.0.0 has the licence (none)' }),
  ]);
});

test('a licence may be written as it was long ago', async () => {
  const licenses = [{ type: 'GPL-2.0' }, { type: 'MIT' }];
  expect(await check('x', { licenses })).toEqual([]);
});

test('two exceptions are named, each for its own licence', async () => {
  expect(await check('axe-core', { license: 'MPL-2.0' })).toEqual([]);
  expect(await check('caniuse-lite', { license: 'CC-BY-4.0' })).toEqual([]);
  expect(await check('axe-core', { license: 'CC-BY-4.0' })).toHaveLength(1);
});

test('a package is looked at where it is, not where it is linked', async () => {
  const x = `${store}/x@1.0.0/node_modules/x`;
  const json = JSON.stringify({ name: 'x', version: '1.0.0' });
  const root = await madeUpTree({
    [`${x}/package.json`]: json,
    [`${store}/y@1.0.0/node_modules/y/package.json`]: '{ "license": "MIT" }',
  });
  const link = join(root, store, 'y@1.0.0/node_modules/x');
  await symlink(join(root, x), link, 'junction');
  expect(await checkLicences(root)).toHaveLength(1);
});

test('what is not installed cannot be looked at', async () => {
  expect(await checkLicences(await madeUpTree({}))).toEqual([
    expect.objectContaining({ file: 'node_modules' }),
  ]);
});
