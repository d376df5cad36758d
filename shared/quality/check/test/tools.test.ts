import { describe, expect, test } from '@jest/globals';
import {
  readdir,
  readFile,
  rename,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeAnswerFiles } from '../answer-files.ts';
import { checkFormat, checkLint, checkTypes } from '../tools.ts';
import { madeUpTree, type Files } from './made-up-tree.ts';

const installed = fileURLToPath(
  new URL('../../../../node_modules', import.meta.url),
);

/** A made-up tree with the tools that are installed here. */
async function treeWithTools(files: Files) {
  const root = await madeUpTree({ '.gitignore': 'node_modules', ...files });
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

test('lint: no file imports in a circle, types included', async () => {
  const rules = new URL('../../../../.oxlintrc.json', import.meta.url);
  const root = await treeWithTools({
    '.oxlintrc.json': await readFile(rules, 'utf8'),
    'a.ts': `import type { B } from './b.ts';\nexport type A = B | 1;\n`,
    'b.ts': `import type { A } from './a.ts';\nexport type B = A[];\n`,
    'c.ts': `import type { A } from './a.ts';\nexport type C = A;\n`,
  });
  const findings = await checkLint(root);
  expect(findings.map(({ file, found }) => [file, found]).sort()).toEqual([
    ['a.ts', expect.stringContaining('Dependency cycle')],
    ['b.ts', expect.stringContaining('Dependency cycle')],
  ]);
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

describe('an edit in answers.md', () => {
  const folder = 'lessons/talk/exercises/01-say-it';
  const file = `${folder}/answers.md`;
  const section = (name: string, ...lines: string[]) => [
    `## right/${name}`,
    '',
    'Otherwise.',
    '',
    '```diff',
    ...lines,
    '```',
    '',
  ];
  const tree = (...sections: string[][]) =>
    treeWithTools({
      ...configs,
      'good.ts': good,
      'tsconfig.json': JSON.stringify({
        ...(JSON.parse(config) as object),
        include: ['*.ts', 'lessons/*/.answers/*/*.ts'],
      }),
      '.oxlintrc.json': '{ "categories": { "correctness": "error" } }',
      '.gitignore': 'node_modules\nlessons/*/.answers/\n',
      '.prettierignore': '*.md\n*.json\n.oxlintrc.json\n',
      '.prettierrc': '{ "singleQuote": true }\n',
      'lessons/talk/say.ts': 'export const say = (word: string) => word;\n',
      [`${folder}/solution.ts`]: `import { say } from '../../say';\n\nsay('it');\n`,
      [file]: sections.flat().join('\n'),
    });
  const fine = section('fine', "-say('it');", "+say('that');");

  test('is looked at: its types', async () => {
    const lost = section('lost', "-import { say } from '../../say';", '-');
    const number = section(
      'number',
      " import { say } from '../../say';",
      ' ',
      "+say('that');",
      '+say(2);',
    );
    const root = await tree(fine, lost, number);
    const found = expect.stringMatching(/./);
    expect(await checkTypes(root)).toEqual([
      {
        file,
        line: 10,
        found: expect.stringMatching(
          /^right\/lost, line 1 of its result: say\('it'\);\n.*Cannot find name 'say'/,
        ),
        expected: found,
        remedy: 'Fix the type; do not silence the error.',
      },
      {
        file,
        line: 27,
        found: expect.stringMatching(
          /^right\/number, line 4 of its result: say\(2\);\n.*'number' is not assignable/,
        ),
        expected: found,
        remedy: 'Fix the type; do not silence the error.',
      },
    ]);
  });

  test('is looked at: its lint', async () => {
    const bad = section('bad', "-say('it');", '+debugger;', "+say('it');");
    expect(await checkLint(await tree(fine, bad))).toEqual([
      expect.objectContaining({
        file,
        line: 16,
        found: expect.stringMatching(
          /^right\/bad, line 3 of its result: debugger;\n.*debugger/,
        ),
      }),
    ]);
  });

  test('is looked at: its format', async () => {
    const bad = section('bad', "-say('it');", '+say( "it" );');
    expect(await checkFormat(await tree(fine, bad))).toEqual([
      expect.objectContaining({
        file,
        line: 10,
        found: 'right/bad\nanother format',
        remedy:
          'Write the edit as this prints it: pnpm exec prettier ' +
          '--ignore-path .prettierignore lessons/talk/.answers/01-say-it/bad.ts',
      }),
    ]);
  });

  test('that is gone, or whose exercise is, is not looked at', async () => {
    const bad = section('bad', "-say('it');", '+debugger;');
    const root = await tree(fine, bad);
    const made = join(root, 'lessons/talk/.answers');
    await makeAnswerFiles(root);
    expect(await readdir(join(made, '01-say-it'))).toEqual([
      'bad.ts',
      'fine.ts',
    ]);
    await writeFile(join(root, file), fine.join('\n'));
    expect(await checkLint(root)).toEqual([]);
    expect(await readdir(join(made, '01-say-it'))).toEqual(['fine.ts']);
    await rename(join(root, folder), join(root, `${folder}-again`));
    expect([...(await makeAnswerFiles(root)).keys()]).toEqual([
      'lessons/talk/.answers/01-say-it-again/fine.ts',
    ]);
    expect(await readdir(made)).toEqual(['01-say-it-again']);
  });
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
