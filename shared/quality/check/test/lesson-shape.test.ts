import { describe, expect, test } from '@jest/globals';
import { checkLessonShape } from '../lesson-shape.ts';
import { goodTree, madeUpTree, steps, type Files } from './made-up-tree.ts';

const lesson = 'lessons/talk';
const tutorial = `${lesson}/README.md`;
const readme = goodTree[tutorial];

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

describe('the tutorial', () => {
  const withReadme = (text: string) => check({ [tutorial]: text });
  const lineOf = (text: string, words: string) =>
    text.slice(0, text.indexOf(words)).split('\n').length;

  test('has at least five steps', async () => {
    const four = readme.replace(steps[4] ?? '', '');
    expect(await withReadme(four)).toContainEqual(
      expect.objectContaining({
        file: tutorial,
        found: expect.stringContaining('4 steps'),
      }),
    );
  });

  test('has at most seven steps', async () => {
    const more = [6, 7, 8].map((n) => (steps[0] ?? '').replace('1.', `${n}.`));
    const eight = readme.replace('## When', `${more.join('\n')}\n## When`);
    expect(await withReadme(eight)).toContainEqual(
      expect.objectContaining({ found: expect.stringContaining('8 steps') }),
    );
  });

  test('numbers its steps one by one', async () => {
    const text = readme.replace('## 3. ', '## 4. ');
    expect(await withReadme(text)).toEqual([
      expect.objectContaining({
        line: lineOf(text, '## 4. '),
        found: 'step 4',
      }),
    ]);
  });

  test('has at most 200 words in a step, what is shown or folded not counted', async () => {
    const free =
      '```ts\n' +
      'word '.repeat(300) +
      '\n```\n\n<details><summary>More</summary>\n\n' +
      'word '.repeat(300) +
      '\n\n</details>\n\n| ' +
      'word '.repeat(300) +
      '|\n|---|\n';
    const text = (words: number) =>
      readme.replace('## 2.', `${'word '.repeat(words)}\n\n${free}\n## 2.`);
    // The step itself has 21 words.
    expect(await withReadme(text(179))).toEqual([]);
    expect(await withReadme(text(180))).toEqual([
      expect.objectContaining({
        line: lineOf(readme, '## 1.'),
        found: expect.stringContaining('201 words'),
      }),
    ]);
  });

  test.each(['Predict', 'Do', 'See', 'Why'])(
    'says **%s.** in each step',
    async (label) => {
      const text = readme.replace(`**${label}.**`, `**${label}**`);
      expect(await withReadme(text)).toEqual([
        expect.objectContaining({
          line: lineOf(text, '## 1.'),
          expected: expect.stringContaining('**Predict.**'),
        }),
      ]);
    },
  );

  test('lets the learner see before it says why', async () => {
    const text = readme
      .replace('**See.**', '**X.**')
      .replace('**Why.**', '**See.**')
      .replace('**X.**', '**Why.**');
    expect(await withReadme(text)).toEqual([
      expect.objectContaining({ found: 'Predict, Do, Why, See' }),
    ]);
  });

  test.each(['## 2. A step (4 min)', '## When to choose it (3 min)'])(
    'prints the minutes at %s',
    async (heading) => {
      const text = readme.replace(heading, heading.replace(/ \(.*/, ''));
      const findings = await withReadme(text);
      expect(findings).toContainEqual(
        expect.objectContaining({
          line: lineOf(text, heading.replace(/ \(.*/, '\n')),
          expected: expect.stringContaining('(4 min)'),
        }),
      );
    },
  );

  test.each([
    [22, 1],
    [23, 0],
    [34, 0],
    [35, 1],
  ])('of 23 minutes may be promised as %i: %i findings', async (minutes, n) => {
    const json = goodTree[`${lesson}/package.json`].replace('23', `${minutes}`);
    const findings = await check({ [`${lesson}/package.json`]: json });
    expect(findings).toHaveLength(n);
  });

  test('has a box "What the page cannot see"', async () => {
    const text = readme.replaceAll('> **What the page', '> **What a page');
    expect(await withReadme(text)).toEqual([
      expect.objectContaining({ found: expect.stringContaining('no box') }),
    ]);
  });

  test('ends with when to choose it', async () => {
    const text = `${readme}\n## More\n\nWords.\n`;
    expect(await withReadme(text)).toEqual([
      expect.objectContaining({
        line: lineOf(text, '## More'),
        found: 'the last section is "More"',
      }),
    ]);
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
