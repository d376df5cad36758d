import { expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { checkLicences, findingsOf } from '../licences.ts';
import { madeUpTree } from './made-up-tree.ts';

const check = (name: string, licence: string) =>
  findingsOf({ [licence]: [{ name, versions: ['1.0.0', '2.0.0'] }] });

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
])('%s may be passed on', (licence) => {
  expect(check('x', licence)).toEqual([]);
});

test.each([
  'GPL-3.0-only',
  'MPL-2.0',
  'SEE LICENSE IN x',
  '(MIT AND GPL-3.0)',
  'Unknown', // what pnpm says of a package that names none
])('%s may not', (licence) => {
  expect(check('@scope/x', licence)).toEqual([
    expect.objectContaining({
      file: 'pnpm-lock.yaml',
      found: `@scope/x@1.0.0, 2.0.0 has the licence ${licence}`,
    }),
  ]);
});

test('three exceptions are named, each for its own licence', () => {
  expect(check('axe-core', 'MPL-2.0')).toEqual([]);
  expect(check('caniuse-lite', 'CC-BY-4.0')).toEqual([]);
  expect(check('lightningcss', 'MPL-2.0')).toEqual([]);
  expect(check('lightningcss-linux-x64-gnu', 'MPL-2.0')).toEqual([]);
  expect(check('axe-core', 'CC-BY-4.0')).toHaveLength(1);
  expect(check('lightning', 'MPL-2.0')).toHaveLength(1);
});

test('pnpm tells what is installed here', async () => {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  expect(await checkLicences(root)).toEqual([]);
});

test('what is not installed cannot be looked at', async () => {
  expect(await checkLicences(await madeUpTree({}))).toEqual([
    expect.objectContaining({ file: 'node_modules' }),
  ]);
});
