import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Finding } from '../finding.ts';
import { checkPackages } from '../packages.ts';
import { goodTree, madeUpTree, type Files } from './made-up-tree.ts';

const other = {
  'lessons/other/package.json': '{ "name": "@on-the-wire/other" }',
  'lessons/other/server.ts': 'export const x = 1;\n',
};

async function check(changes: Files) {
  const root = await madeUpTree({ ...goodTree, ...other, ...changes });
  return checkPackages(root);
}

test('a tree that keeps all rules has no finding', async () => {
  expect(await check({})).toEqual([]);
});

/** A file of its own for each case, so that one look at one tree will do. */
const fileOf = (file: string, index: number) =>
  file.replace('.ts', `-${index}.ts`);

const allowed = [
  ['scripts/check.ts', '@on-the-wire/shared/board/board.ts'],
  ['scripts/check.ts', '@on-the-wire/shared/quality/x.ts'],
  ['lessons/talk/server.ts', '@on-the-wire/shared/board/feed.ts'],
  ['lessons/talk/server.ts', './format.ts'],
  ['lessons/talk/test/server.test.ts', '../server.ts'],
  ['lessons/talk/test/server.test.ts', '@on-the-wire/shared/quality/x.ts'],
  ['shared/tap/tap.ts', './fault.ts'],
  ['shared/tap/tap.ts', '../board/board.ts'],
] as const;

const forbidden = [
  ['scripts/check.ts', '../lessons/talk/server.ts', 'its own package, .'],
  [
    'shared/board/board.ts',
    '../../scripts/check.ts',
    'its own package, shared',
  ],
  ['shared/board/board.ts', '../../lessons/talk/server.ts', 'its own package'],
  ['shared/board/board.ts', '@on-the-wire/talk/server.ts', 'in shared/package'],
  ['lessons/talk/server.ts', '../other/server.ts', 'package, lessons/talk'],
  ['lessons/talk/server.ts', '@on-the-wire/other/server.ts', 'dependencies in'],
  ['lessons/talk/test/server.test.ts', '../../other/server.ts', 'its own'],
  ['lessons/talk/page/page.ts', '../../../shared/shell/x.ts', 'its own'],
  ['lessons/talk/server.ts', '@on-the-wire/shared/quality/x.ts', 'for tests'],
  ['lessons/talk/server.ts', './test/rig.ts', 'for tests'],
  ['shared/board/board.ts', '../quality/x.ts', 'for tests'],
] as const;

describe('who may import whom', () => {
  let findings: Finding[] = [];
  beforeAll(async () => {
    const cases = [...allowed, ...forbidden];
    const files = cases.map(([file, specifier], index) => [
      fileOf(file, index),
      `//\nimport '${specifier}';\n`,
    ]);
    findings = await check(Object.fromEntries(files) as Files);
  });

  test.each(allowed.map((one, index) => [...one, index] as const))(
    '%s may import %s',
    (file, _specifier, index) => {
      const found = findings.map((finding) => finding.file);
      expect(found).not.toContain(fileOf(file, index));
    },
  );

  test.each(forbidden.map((one, index) => [...one, index] as const))(
    '%s must not import %s: %s',
    (file, specifier, why, index) => {
      expect(findings).toContainEqual({
        file: fileOf(file, allowed.length + index),
        line: 2,
        found: `an import of ${specifier}`,
        expected: expect.stringContaining(why),
        remedy: expect.anything(),
      });
    },
  );
});

describe('however it is written', () => {
  const far = "'../other/server.ts'";
  test.each([
    `import type { X } from ${far};`,
    `import type X from ${far};`,
    `import type * as x from ${far};`,
    `import type {\n  X,\n  Y,\n} from ${far};`,
    `import { type X } from ${far};`,
    `import x, { type Y } from ${far};`,
    `export type { X } from ${far};`,
    `export type * from ${far};`,
    `export { x } from ${far};`,
    `await import(${far});`,
    `export type X = typeof import(${far});`,
    `console.log(import.meta.resolve(${far}));`,
  ])('%s', async (code) => {
    const findings = await check({ 'lessons/talk/x.ts': `\n${code}\n` });
    expect(findings).toHaveLength(1);
    expect(findings[0]?.line).toBe(code.split('\n').length + 1);
  });

  test('what only looks like an import is none', async () => {
    const code =
      `// import x from ${far};\n` +
      `export const text = \`\nimport x from ${far};\n\`;\n` +
      `export type A = { from: string };\nexport type B = 'x' | A;\n`;
    expect(await check({ 'lessons/talk/x.ts': code })).toEqual([]);
  });
});

describe('packages', () => {
  test.each([
    ['scripts/check.ts', 'express', 'package.json'],
    ['shared/board/board.ts', 'express/lib/x.js', 'shared/package.json'],
    ['lessons/talk/server.ts', '@scope/name/x.js', 'lessons/talk/package.json'],
    ['lessons/talk/server.ts', 'fs', 'lessons/talk/package.json'],
  ])('%s must not import %s, which %s lacks', async (file, specifier, json) => {
    const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
    expect(await check({ [file]: `import '${specifier}';\n` })).toEqual([
      expect.objectContaining({
        file,
        expected: `${name} among the dependencies in ${json}`,
      }),
    ]);
  });

  test('of the root do not serve a lesson', async () => {
    const json = JSON.stringify({ dependencies: { express: '5' } });
    const findings = await check({
      'package.json': json,
      'scripts/check.ts': "import 'express';\n",
      'lessons/talk/server.ts': "import 'express';\n",
    });
    expect(findings).toHaveLength(1);
  });
});

describe('a package for tests', () => {
  const list = 'shared/package.json';
  const json = JSON.stringify({
    name: '@on-the-wire/shared',
    dependencies: { ws: '8' },
    devDependencies: { aedes: '1', '@types/har-format': '1' },
  });
  const aedes = "import 'aedes';\n";

  test.each<[string, Files]>([
    ['a test', { 'shared/board/test/x.test.ts': aedes }],
    ['what only tests load', { 'shared/quality/x.ts': aedes }],
    [
      'types of what is no test',
      { 'shared/board/x.ts': "import type { Aedes } from 'aedes';\n" },
    ],
    [
      'types that nothing else belongs to',
      { 'shared/board/x.ts': "import type { Har } from 'har-format';\n" },
    ],
  ])('may be used by %s', async (_what, files) => {
    expect(await check({ ...files, [list]: json })).toEqual([]);
  });

  test.each<[string, string, Files]>([
    ['what is no test', 'shared/board/x.ts', { 'shared/board/x.ts': aedes }],
    [
      'what imports types from it, and more',
      'shared/board/x.ts',
      { 'shared/board/x.ts': `import type { Aedes } from 'aedes';\n${aedes}` },
    ],
  ])('is no dependency of %s', async (_what, file, files) => {
    expect(await check({ ...files, [list]: json })).toEqual([
      expect.objectContaining({
        file,
        found: 'an import of aedes',
        expected: `aedes among the dependencies in ${list}, not the devDependencies`,
      }),
    ]);
  });
});

test('code that cannot be read is a finding with its line', async () => {
  const findings = await check({
    'shared/board/board.ts': 'let a = 1;\nlet =;',
  });
  expect(findings).toContainEqual(
    expect.objectContaining({ file: 'shared/board/board.ts', line: 2 }),
  );
});
