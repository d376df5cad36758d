import { expect, test } from '@jest/globals';
import { checkNames } from '../names.ts';
import { goodTree, madeUpTree, type Files } from './made-up-tree.ts';

const check = async (files: Files) =>
  checkNames(await madeUpTree({ ...goodTree, ...files }));

test('two files that export one name are both named, with the line', async () => {
  const files = {
    'shared/tap/one.ts': '/** One. */\nexport interface Way {}\n',
    'shared/wire/other.ts': "export type Way = 'up' | 'down';\n",
  };
  expect(await check(files)).toEqual([
    {
      file: 'shared/tap/one.ts',
      line: 2,
      found: 'Way, exported by shared/tap/one.ts:2 and shared/wire/other.ts:1',
      expected: 'one meaning for each name',
      remedy: expect.stringContaining('Call all but one of them'),
    },
  ]);
});

const kinds = [
  'export const twice = 1;',
  'export let twice = 1;',
  'export function twice() {}',
  'export function* twice() {}',
  'export async function twice() {}',
  'export default async function twice() {}',
  'export class twice {}',
  'export abstract class twice {}',
  'export interface twice {}',
  'export type twice = 1;',
  'export enum twice {}',
];

test.each(kinds)('%s counts', async (text) => {
  const files = {
    'shared/a.ts': text,
    'shared/b.ts': 'export const twice = 2;',
  };
  expect(await check(files)).toHaveLength(1);
});

const passed: [why: string, text: string][] = [
  ['is not exported', 'const once = 1;'],
  ['is handed on', "export { once } from './a.ts';"],
  ['stands deeper', 'namespace inner {\n  export const once = 1;\n}'],
  ['only begins alike', 'export const onceMore = 1;'],
];

test.each(passed)('what %s is no second meaning', async (_why, text) => {
  const files = {
    'shared/a.ts': 'export const once = 1;',
    'shared/b.ts': text,
  };
  expect(await check(files)).toEqual([]);
});

test('overloads, tests, stand-ins and lessons may have a name again', async () => {
  const text = 'export function once(): void;\nexport function once() {}\n';
  expect(
    await check({
      'shared/a.ts': text,
      'shared/test/a.ts': text,
      'shared/pack/packed/a.ts': text,
      'lessons/talk/once.ts': text,
    }),
  ).toEqual([]);
});

test('createServer is a contract, which many files fulfil', async () => {
  const text = 'export function createServer() {}\n';
  expect(await check({ 'shared/a.ts': text, 'shared/b.ts': text })).toEqual([]);
});
