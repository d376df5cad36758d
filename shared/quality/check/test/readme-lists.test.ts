import { describe, expect, test } from '@jest/globals';
import { checkReadmeLists } from '../readme-lists.ts';
import { goodTree, madeUpTree, type Files } from './made-up-tree.ts';

const readme = goodTree['README.md'];
const contributing = goodTree['CONTRIBUTING.md'];

async function check(changes: Files) {
  return checkReadmeLists(await madeUpTree({ ...goodTree, ...changes }));
}
const withReadme = (from: string | RegExp, to: string) =>
  check({ 'README.md': readme.replace(from, to) });
const withContributing = (from: string | RegExp, to: string) =>
  check({ 'CONTRIBUTING.md': contributing.replaceAll(from, to) });
const lineIn = (text: string, words: string) =>
  text.slice(0, text.indexOf(words)).split('\n').length;
const lineOf = (words: string) => lineIn(readme, words);

test('a tree that keeps all rules has no finding', async () => {
  expect(await check({})).toEqual([]);
});

test('there is a README.md', async () => {
  expect(await check({ 'README.md': undefined })).toEqual([
    expect.objectContaining({ file: 'README.md', found: 'no such file' }),
  ]);
});

describe('the table of lessons', () => {
  const row = lineOf('[Talk]');

  test.each([
    ['| 1 |', '| 2 |'],
    ['[Talk]', '[Talking]'],
    ['How?', 'Why?'],
    ['| 23 |', '| 24 |'],
  ])('says what the manifest says: not %s but %s', async (from, to) => {
    expect(await withReadme(from, to)).toEqual([
      expect.objectContaining({
        line: row,
        expected: expect.stringContaining('1 | Talk | How? | 23'),
      }),
    ]);
  });

  test('lists each lesson', async () => {
    expect(await withReadme(/\| 1 .*\n/, '')).toEqual([
      expect.objectContaining({
        found: expect.stringContaining('lessons/talk'),
        expected: '1 | Talk | How? | 23',
      }),
    ]);
  });

  test('lists no other lesson', async () => {
    const more = '$&| 2 | [Sing](lessons/sing/) | How? | 23 |\n';
    expect(await withReadme(/\| 1 .*\n/, more)).toEqual([
      expect.objectContaining({ line: row + 1, found: 'a lesson sing' }),
    ]);
  });

  test('is in the order of reading', async () => {
    const lesson = { title: 'Sing', question: 'Why?', order: 2, minutes: 9 };
    const sing = {
      'lessons/sing/package.json': JSON.stringify({ lesson }),
      'CONTRIBUTING.md': contributing.replace(
        '│   └── talk/',
        '│   ├── sing/\n$&',
      ),
    };
    const cells = '| 2 | [Sing](lessons/sing) | Why? | 9 |\n';
    const text = readme.replace(/\| 1 .*\n/, `$&${cells}`);
    expect(await check({ ...sing, 'README.md': text })).toEqual([]);
    const turned = readme.replace(/\| 1 .*\n/, `${cells}$&`);
    expect(await check({ ...sing, 'README.md': turned })).toEqual([
      expect.objectContaining({ found: 'lessons in the order 2, 1' }),
    ]);
  });
});

describe('the tree', () => {
  test('is there', async () => {
    expect(await withContributing(/[├└]── /g, '- ')).toEqual([
      expect.objectContaining({ found: 'no tree' }),
    ]);
  });

  test('draws nothing that does not exist', async () => {
    expect(await withContributing('server.ts ', 'servant.ts')).toEqual([
      expect.objectContaining({
        line: lineIn(contributing, 'server.ts '),
        found: 'lessons/talk/servant.ts',
      }),
    ]);
  });

  test.each([
    ['extra/x.ts', 'no extra/'],
    ['shared/wire/x.ts', 'no shared/wire/'],
    ['lessons/talk/exercises/01/README.md', 'no lessons/talk/exercises/'],
  ])('draws all folders of a folder that it opens: %s', async (file, found) => {
    expect(await check({ [file]: '' })).toEqual([
      expect.objectContaining({ file: 'CONTRIBUTING.md', found }),
    ]);
  });

  test.each(['shared/board/test/x.ts', '.github/x.yml', 'node_modules/x/x.js'])(
    'may leave out %s',
    async (file) => {
      expect(await check({ [file]: '' })).toEqual([]);
    },
  );

  test('names all verbs', async () => {
    expect(
      await withContributing('the verbs: check', 'the verbs: chek'),
    ).toEqual([
      expect.objectContaining({
        line: lineIn(contributing, 'the verbs'),
        expected: 'check',
      }),
    ]);
  });
});

describe('a verb', () => {
  test('has a script', async () => {
    expect(await check({ 'scripts/check.ts': undefined })).toEqual([
      // The folder is gone with its file.
      expect.objectContaining({ expected: 'a file scripts/check.ts' }),
      expect.objectContaining({ found: 'scripts' }),
    ]);
  });

  test('is a script of its own name, and nothing else', async () => {
    const scripts = { check: 'tsc && node scripts/check.ts' };
    const json = JSON.stringify({ scripts });
    expect(await check({ 'package.json': json })).toEqual([
      expect.objectContaining({
        file: 'package.json',
        expected: 'node scripts/verb.cjs check',
      }),
    ]);
  });

  test('may be a program of the course, which pnpm runs without a last word', async () => {
    const program = (name: string) => ({
      'shared/course/package.json': JSON.stringify({
        bin: { [name]: 'x.cjs' },
      }),
    });
    const findings = async (name: string) =>
      (await check(program(name))).map(({ expected }) => expected);
    expect(await findings('exercise')).toContain('a file scripts/exercise.ts');
    expect(await findings('check')).not.toContain('a file scripts/check.ts');
  });

  test('of a learner is one in the folder of each lesson, too', async () => {
    const verb = (name: string, up = '') => ({
      [name]: `node ${up}scripts/verb.cjs ${name}`,
    });
    const talk = JSON.parse(goodTree['lessons/talk/package.json']);
    const root = { scripts: { ...verb('check'), ...verb('lesson') } };
    const files = (own: object) => ({
      'package.json': JSON.stringify(root),
      'scripts/lesson.ts': '',
      'lessons/talk/package.json': JSON.stringify({ ...talk, scripts: own }),
      'CONTRIBUTING.md': contributing.replace(
        'the verbs: check',
        'the verbs: check, lesson',
      ),
    });
    expect(await check(files(verb('lesson', '../../')))).toEqual([]);
    expect(await check(files(verb('lesson')))).toEqual([
      expect.objectContaining({
        file: 'lessons/talk/package.json',
        expected: '"lesson": "node ../../scripts/verb.cjs lesson"',
      }),
    ]);
  });
});

describe('the way to get it', () => {
  test('is the address of package.json, once there is one', async () => {
    const manifest = JSON.parse(goodTree['package.json']);
    const json = (repository: unknown) => ({
      'package.json': JSON.stringify({ ...manifest, repository }),
    });
    const url = 'https://git.example/course.git';
    const cloned = readme.replace('<the address of this repository>', url);
    for (const repository of [url, { url: `git+${url}` }]) {
      const files = json(repository);
      expect(await check({ ...files, 'README.md': cloned })).toEqual([]);
      expect(await check(files)).toEqual([
        expect.objectContaining({
          found: 'git clone <the address of this repository> course',
          expected: expect.stringContaining(`git clone ${url} `),
        }),
      ]);
    }
  });

  test('may not be left out', async () => {
    expect(await withReadme(/^git clone .*/m, 'clone it')).toEqual([
      expect.objectContaining({ found: 'no git clone' }),
    ]);
  });
});
