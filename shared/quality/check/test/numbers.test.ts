import { describe, expect, test } from '@jest/globals';
import { checkNumbers } from '../numbers.ts';
import { madeUpTree, type Files } from './made-up-tree.ts';

const file = 'lessons/talk/README.md';

const tree = {
  'package.json': JSON.stringify({
    scripts: { test: '', lesson: '', compare: '', exercise: '', tap: '' },
  }),
  'scripts/lesson.ts': "program.option('--wire [form]').option('-s, --seed');",
  'scripts/compare.ts':
    "program.option('--only').option('--claims').option('--proxies');",
  'scripts/exercise.ts': "program.option('--check');",
  'scripts/tap.ts': 'await runVerb(tapCommand());',
  'shared/compare/transports/transports.ts': "  {\n    id: 'sse',\n",
  'shared/compare/claims/rows/framing.ts': "  id: 'framing',\n",
  'shared/compare/proxies/columns/streams.ts': "  id: 'idle',\n",
  'shared/compare/proxies/subjects.ts': "  plain('nginx'),\n",
  'shared/tap/test/tap.test.ts': "test('stops in time', () => {});",
  'findings/a-surprise.sh': 'true\n',
  'lessons/talk/server.ts': 'const every = 15_000; const room = 64 * 1024;',
  'lessons/talk/page/page.ts': 'const x = 3;',
  'lessons/talk/test/talk.test.ts': "test('is not slow', () => {});",
  'lessons/talk/exercises/01-say/README.md': '# Say (5 min)\n',
};

/** What is found in a tutorial: line, then what was found. */
async function found(text: string, more: Files = {}): Promise<string[]> {
  const root = await madeUpTree({ ...tree, [file]: text, ...more });
  const findings = await checkNumbers(root);
  return findings.map(({ line, found: what }) => `${line}: ${what}`);
}

const number = 'It takes 300 ms.\n';
const measured =
  '<!-- measured: npx -y pnpm lesson talk --wire; its line -->\n';

describe('a number with a unit needs its source', () => {
  test.each([
    ['a paragraph', 'One.\n\nIt takes 300 ms, or 5 s.\n', '3: 300 ms · 5 s'],
    ['a list', '- one\n- 42,5 kB\n- two\n', '1: 42,5 kB'],
    ['a table', '| a | b |\n|---|---|\n| x | 12 bytes |\n', '1: 12 bytes'],
    ['a box', '> A box.\n>\n> Of 5 %.\n', '1: 5 %'],
    [
      'a fold',
      '<details><summary>Why?</summary>\n\nIn 3 s.\n\n</details>\n',
      '3: 3 s',
    ],
    [
      'a question',
      '<details><summary>Why 3 s?</summary>\n\nSo.\n\n</details>\n',
      '1: 3 s',
    ],
    [
      'words',
      'It takes five seconds, half a second, 57 times.\n',
      '1: five seconds · half a second · 57 times',
    ],
    ['bold', '**See.** It **takes 5 µs**.\n', '1: 5 µs'],
  ])('in %s', async (_where, text, expected) => {
    expect(await found(text)).toEqual([`${expected}, and not where from`]);
  });

  test('in all texts about the lessons', async () => {
    const texts = [
      'README.md',
      'CONTRIBUTING.md',
      'lessons/README.md',
      'lessons/TEACHING.md',
      'lessons/talk/exercises/01-say/README.md',
    ];
    for (const text of texts)
      expect(await found('', { [text]: number })).toHaveLength(1);
    expect(await found('', { 'shared/README.md': number })).toEqual([]);
  });
});

test.each([
  ['headings', '## 1. A step of 300 ms (4 min)\n'],
  ['guesses', '- [ ] 300 ms\n- [ ] 5 s\n'],
  ['code and labels', 'Choose *300 ms*, or type `5 s`.\n'],
  ['fences', '```\n300 ms\n```\n'],
  ['the minutes of an exercise', '**Exercise.** [A](b.md), 25 min\n'],
  [
    'numbers without a unit',
    'In 2016, 3 servers; a second one; version 1.1; 15-fold; 5 so.\n',
  ],
  ['what a standard says', 'It has nine bytes (RFC 9113, 4.1).\n'],
])('%s need none', async (_what, text) => {
  expect(await found(text)).toEqual([]);
});

test('a comment says it, directly after the block', async () => {
  expect(await found(number + measured)).toEqual([]);
  expect(await found(`- 300 ms\n\n${measured}`)).toEqual([]);
  expect(await found(`> 300 ms\n${measured}${measured}`)).toEqual([]);
  expect(
    await found(
      `<details><summary>Why?</summary>\n\n${number}${measured}\n</details>\n`,
    ),
  ).toEqual([]);
  expect(await found(`${number}\nMore.\n${measured}`)).toHaveLength(1);
  expect(await found(`${measured}\n${number}`)).toHaveLength(1);
  const fence = '```\nx\n```\n';
  expect(await found(`${number}\n${fence}\n${measured}`)).toHaveLength(1);
  expect(await found(`${number}<!-- 300 ms, says me -->\n`)).toHaveLength(1);
});

/** What is expected of a comment; undefined if it is fine. */
async function refusal(comment: string, text = number) {
  const root = await madeUpTree({
    ...tree,
    [file]: `${text}<!-- ${comment} -->\n`,
  });
  const findings = await checkNumbers(root);
  expect(findings.length).toBeLessThan(2);
  if (findings[0]) expect(findings[0].line).toBe(text.split('\n').length);
  return findings[0]?.expected;
}

describe('measured: the command exists', () => {
  test.each([
    'pnpm lesson talk --wire',
    'npx -y pnpm lesson talk --wire=bytes --seed 7; choose the line',
    'npx -y pnpm exercise talk/1 --check',
    'npx -y pnpm exercise talk 1',
    'npx -y pnpm tap --to 80',
    'npx -y pnpm compare --only sse',
    'npx -y pnpm compare --claims --only=framing',
    'npx -y pnpm compare --proxies --only nginx,idle',
    'npx -y pnpm exec node lessons/talk/server.ts',
    'node lessons/talk/server.ts 1',
    'findings/a-surprise.sh; its last line',
    'sh findings/a-surprise.sh',
    'curl -N http://127.0.0.1:4001/events',
    'npx -y pnpm test talk',
    'npx -y pnpm test talk -- talk.test -t slow',
    'npx -y pnpm test tap -- tap; the test “stops in time”',
  ])('%s', async (command) => {
    expect(await refusal(`measured: ${command}`)).toBeUndefined();
  });

  test.each([
    ['pnpm leson talk', 'one of the verbs (test, lesson,'],
    ['a stopwatch', 'one of the verbs'],
    ['pnpm lesson tlak', 'lessons/tlak is none'],
    ['pnpm lesson talk --wires', '--wires is none'],
    ['pnpm exercise talk/2', 'talk/2 is none'],
    ['pnpm compare --only ssse', 'ssse is none of them'],
    ['pnpm compare --claims --only sse', '--only of framing'],
    ['pnpm compare --proxies --only idel', 'idel is none of them'],
    ['node lessons/talk/none.ts', 'lessons/talk/none.ts'],
    ['findings/none.sh', 'findings/none.sh'],
    ['pnpm test tlak', 'There are: tap, talk'],
    ['pnpm test talk -- page', 'none has "page" in its path'],
    ['pnpm test talk -- -t quick', '“quick” in lessons/talk/test/talk.test.ts'],
    ['pnpm test talk; the test “is quick”', '“is quick” in lessons/talk/test'],
  ])('not: %s', async (command, expected) => {
    expect(await refusal(`measured: ${command}`)).toContain(expected);
  });
});

describe('set in: the file exists, and says one of the numbers', () => {
  test.each([
    ['server.ts', 'Every 15 s.\n'],
    ['server.ts; every', 'Every 15,000 ms.\n'],
    ['page/page.ts', 'After three seconds.\n'],
    ['lessons/talk/server.ts', 'At most 64 KiB.\n'],
    ['server.ts', 'At most 65 kB, every quarter of a minute, or 15 s.\n'],
  ])('%s: %s', async (place, text) => {
    expect(await refusal(`set in: ${place}`, text)).toBeUndefined();
  });

  test.each([
    ['server.tsx', 'Every 15 s.\n', 'lessons/talk/server.tsx, server.tsx'],
    ['server.ts; often', 'Every 15 s.\n', 'often in server.ts'],
    ['server.ts', 'Every 16 s.\n', 'one of the numbers 16'],
  ])('not %s: %s', async (place, text, expected) => {
    expect(await refusal(`set in: ${place}`, text)).toContain(expected);
  });
});

test('source: has a name', async () => {
  expect(await refusal('source: nginx, its documentation')).toBeUndefined();
  expect(await refusal('source: me')).toContain('a name');
});

test('reckoned: comes out, and is what the text says', async () => {
  expect(await refusal('reckoned: 300 ms = 3 × 100 ms')).toBeUndefined();
  expect(await refusal('reckoned: 301 = 3 × 99')).toBe('301 = 297');
  expect(await refusal('reckoned: 400 = 4 × 100')).toContain('in the text');
});

test('a comment that only begins like one is told', async () => {
  expect(await refusal('measured by pnpm lesson talk')).toContain('a colon');
});
