import { describe, expect, test } from '@jest/globals';
import { checkLessonShape } from '../lesson-shape.ts';
import { goodTree, madeUpTree, type Files } from './made-up-tree.ts';

const lesson = 'lessons/talk';

async function check(changes: Files) {
  return checkLessonShape(await madeUpTree({ ...goodTree, ...changes }));
}

test('a lesson that keeps all rules has no finding', async () => {
  expect(await check({})).toEqual([]);
});

describe('a lesson has all its files', () => {
  test.each([
    'README.md',
    'package.json',
    'smallest.ts',
    'server.ts',
    'page/index.html',
    'page/page.ts',
    'page/page.css',
    'test/server.test.ts',
    'test/page.test.ts',
  ])('%s', async (entry) => {
    const file = `${lesson}/${entry}`;
    expect(await check({ [file]: undefined })).toEqual([
      expect.objectContaining({ file, found: 'no such file' }),
    ]);
  });
});

describe('the manifest has', () => {
  const good = { title: 'Talk', question: 'How?', order: 1, minutes: 23 };
  test.each([
    ['title', ''],
    ['question', undefined],
    ['order', 0],
    ['minutes', 'many'],
  ])('%s', async (field, value) => {
    const file = `${lesson}/package.json`;
    const json = JSON.stringify({ lesson: { ...good, [field]: value } });
    const findings = await check({ [file]: json });
    expect(findings).toContainEqual(
      expect.objectContaining({
        file,
        expected: expect.stringContaining(field),
      }),
    );
  });
});

describe('smallest.ts', () => {
  const file = `${lesson}/smallest.ts`;
  const smallest = goodTree[file];

  // It has 10 lines of code, beside comments and an empty line.
  test('has at least 10 lines of code', async () => {
    const fewer = smallest.replace('server.listen(4001);\n', '// nothing\n\n');
    expect(await check({ [file]: fewer })).toEqual([
      expect.objectContaining({ file, found: '9 lines of code' }),
    ]);
  });

  test('has at most 15 lines of code', async () => {
    const most = smallest + 'server.ref();\n'.repeat(5);
    expect(await check({ [file]: most })).toEqual([]);
    expect(await check({ [file]: `${most}server.ref();\n` })).toEqual([
      expect.objectContaining({ file, found: '16 lines of code' }),
    ]);
  });

  test('imports only what Node has', async () => {
    const text = smallest.replace(
      "import { createServer } from 'node:http'",
      "import createServer from 'express'",
    );
    expect(await check({ [file]: text })).toEqual([
      expect.objectContaining({ file, line: 2, found: 'an import of express' }),
    ]);
  });
});

test('server.ts has at most 100 lines', async () => {
  const file = `${lesson}/server.ts`;
  expect(await check({ [file]: '//\n'.repeat(100) })).toEqual([]);
  expect(await check({ [file]: '//\n'.repeat(101) })).toEqual([
    expect.objectContaining({ file, line: 101, found: '101 lines' }),
  ]);
});

describe('code is at most 80 columns wide', () => {
  const wide = `const wide = '${'ä'.repeat(65)}';\n`;

  test('in a lesson and its page', async () => {
    const findings = await check({
      [`${lesson}/format.ts`]: wide.replace('ä', ''),
      [`${lesson}/event.ts`]: `\n${wide}`,
      [`${lesson}/page/page.ts`]: wide,
    });
    expect(findings).toEqual([
      expect.objectContaining({ file: `${lesson}/event.ts`, line: 2 }),
      expect.objectContaining({ file: `${lesson}/page/page.ts`, line: 1 }),
    ]);
  });

  test('but not in tests and exercises, nor where a long name is imported', async () => {
    const findings = await check({
      [`${lesson}/test/server.test.ts`]: wide,
      [`${lesson}/exercises/01/exercise.ts`]: wide,
      [`${lesson}/event.ts`]: `import type { A } from './${'a'.repeat(80)}.ts';\n`,
    });
    expect(findings).toEqual([]);
  });
});

describe('a lesson of several processes has', () => {
  const processes = { main: { file: 'server.ts' }, other: {} };
  const manifest = {
    [`${lesson}/package.json`]: JSON.stringify({
      lesson: {
        title: 'Talk',
        question: 'How?',
        order: 1,
        minutes: 23,
        processes,
      },
    }),
  };

  test('a file for each', async () => {
    expect(await check(manifest)).toEqual([
      expect.objectContaining({
        file: `${lesson}/other.ts`,
        found: 'no such file',
      }),
    ]);
  });

  test('at most 100 lines in each', async () => {
    const file = `${lesson}/other.ts`;
    const text = '// a line\n'.repeat(101);
    expect(await check({ ...manifest, [file]: text })).toEqual([
      expect.objectContaining({ file, found: '101 lines' }),
    ]);
    const fits = '// a line\n'.repeat(100);
    expect(await check({ ...manifest, [file]: fits })).toEqual([]);
  });
});
