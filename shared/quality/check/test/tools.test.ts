import { expect, test } from '@jest/globals';
import { readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkFormat, checkLint, checkTypes } from '../tools.ts';
import { madeUpTree, type Files } from './made-up-tree.ts';

const installed = fileURLToPath(
  new URL('../../../../node_modules', import.meta.url),
);

/** A made-up tree with the tools that are installed here. */
async function treeWithTools(files: Files) {
  const root = await madeUpTree({ ...files, '.gitignore': 'node_modules' });
  await symlink(installed, join(root, 'node_modules'), 'junction');
  return root;
}

const config = JSON.stringify({
  compilerOptions: {
    strict: true,
    types: [],
    lib: ['es5'],
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['*.ts'],
});
const empty = JSON.stringify({ files: ['good.ts'] });
const configs = {
  'tsconfig.json': config,
  'tsconfig.dom.json': empty,
  'tsconfig.browser-test.json': empty,
};
const good = 'export const one: number = 1;\n';

test('types: a mistake is told with its place', async () => {
  const bad = `\nexport const two: { a: number } = { a: 'two' };\n`;
  const files = { ...configs, 'good.ts': good, 'bad.ts': bad };
  expect(await checkTypes(await treeWithTools(files))).toEqual([
    expect.objectContaining({
      file: 'bad.ts',
      line: 2,
      found: expect.stringContaining("'string' is not assignable"),
    }),
  ]);
});

test('types: each of the three configurations is looked at', async () => {
  const root = await treeWithTools({ 'good.ts': good });
  const findings = await checkTypes(root);
  expect(findings.map(({ expected }) => expected)).toEqual(
    Object.keys(configs).map((name) => expect.stringContaining(name)),
  );
});

test('lint: a mistake is told with its place', async () => {
  const rules = '{ "categories": { "correctness": "error" } }';
  const bad = `${good}\ndebugger;\n`;
  const files = { '.oxlintrc.json': rules, 'good.ts': good, 'bad.ts': bad };
  const root = await treeWithTools(files);
  expect(await checkLint(root)).toEqual([
    expect.objectContaining({ file: 'bad.ts', line: 3 }),
  ]);
});

test('lint: a program is started in one place, which decides about colours', async () => {
  const rules = new URL('../../../../.oxlintrc.json', import.meta.url);
  const code = `import { spawn } from 'node:child_process';\nspawn('ls', []);\n`;
  const root = await treeWithTools({
    '.oxlintrc.json': await readFile(rules, 'utf8'),
    'shared/system/programs/start.ts': code,
    'shared/tap/bad.ts': code,
    'lessons/sse/test/bad.ts': `export const loaded = import('node:child_process');\n`,
    'scripts/good.ts': `export type { ChildProcess } from 'node:child_process';\n`,
  });
  const findings = await checkLint(root);
  expect(findings.map(({ file, found }) => [file, found]).sort()).toEqual(
    ['lessons/sse/test/bad.ts', 'shared/tap/bad.ts'].map((file) => [
      file,
      expect.stringContaining("'node:child_process' import is restricted"),
    ]),
  );
});

test('format: a file that is written otherwise is told', async () => {
  const files = { 'good.ts': good, 'a/bad.ts': 'export const  two=2\n' };
  expect(await checkFormat(await treeWithTools(files))).toEqual([
    expect.objectContaining({
      file: 'a/bad.ts',
      remedy: 'Run pnpm exec prettier --write a/bad.ts',
    }),
  ]);
});

test('format: a file that cannot be read is told with the reason', async () => {
  const root = await treeWithTools({ 'bad.ts': 'let = ;\n' });
  expect(await checkFormat(root)).toEqual([
    expect.objectContaining({
      file: 'bad.ts',
      found: expect.stringContaining('SyntaxError'),
    }),
  ]);
});

test('a tool that is not installed is told, not passed over', async () => {
  const root = await madeUpTree({ 'good.ts': good });
  const all = await Promise.all([
    checkTypes(root),
    checkLint(root),
    checkFormat(root),
  ]);
  expect(all.flat().map(({ remedy }) => remedy)).toEqual(
    Array.from({ length: 5 }, () => expect.stringContaining('pnpm install')),
  );
});
