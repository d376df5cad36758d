import { describe, expect, test } from '@jest/globals';
import { taskSentences } from '@on-the-wire/course/exercise/answers/task-table.ts';
import { checkExercises } from '../exercises.ts';
import { madeUpTree, type Files } from './made-up-tree.ts';

const folder = 'lessons/talk/exercises/01-say-it';
const hint = (n: number) =>
  `<details><summary>Hint ${n}</summary>\n\nLook.\n\n</details>\n`;
const words = (count: number) => 'word '.repeat(count).trim();

/** A task with as many words, hints and last words. */
const task = ({ all = 20, hints = 3, after = 10 } = {}) =>
  `# Say it (15 min)\n\n**Broken on purpose.** ${words(all - 3)}.\n\n` +
  '```ts\nthis is not counted\n```\n\n' +
  Array.from({ length: hints }, (_, n) => hint(n + 1)).join('\n') +
  `\n## When it passes\n\n${words(after)}\n`;

const sentence = `**Broken on purpose.** ${words(17)}.`;
/** The table of answers.md. */
const table = (sentences = [sentence], by = 'it') =>
  '\n## What the task says, and what checks it\n\n' +
  '| the task says | checked by |\n| --- | --- |\n' +
  sentences.map((each) => `| ${each} | ${by} |\n`).join('');

/** A section of answers.md for each. */
const edits = (...names: string[]) =>
  names
    .map(
      (name) =>
        `## ${name}\n\nSays it otherwise.\n\n` +
        (name.startsWith('wrong') ? 'Told: `Nothing`\n\n' : '') +
        `\`\`\`diff\n-say();\n+say('${name}');\n\`\`\`\n`,
    )
    .join('\n');

const good: Files = {
  'lessons/talk/README.md':
    '**Exercise.** [Say it](exercises/01-say-it/README.md)',
  [`${folder}/README.md`]: task(),
  [`${folder}/exercise.ts`]: '// TODO: say it\n',
  [`${folder}/solution.ts`]: 'say();\n',
  [`${folder}/check.ts`]: '',
  [`${folder}/stage.ts`]: '',
  [`${folder}/check/line.ts`]: '',
  [`${folder}/wrong/silent.ts`]: '// Wrong: says nothing.\n// Told: Nothing\n',
  [`${folder}/right/aloud.ts`]: '// Right, and different: aloud.\n',
  [`${folder}/answers.md`]: edits('wrong/late', 'right/sung'),
  // Not an exercise: the lesson put together from all of them.
  'lessons/talk/exercises/mine/server.ts': '',
};

/** Unless said otherwise, the table of answers.md fits the task. */
const check = async (changes: Files = {}, last?: string) => {
  const tree = { ...good, ...changes };
  const [readme, answers] = [`${folder}/README.md`, `${folder}/answers.md`];
  const sentences = taskSentences(String(tree[readme]));
  tree[answers] &&= `${String(tree[answers])}${last ?? table(sentences)}`;
  return checkExercises(await madeUpTree(tree));
};

test('an exercise that keeps all rules has no finding', async () => {
  expect(await check()).toEqual([]);
  expect(await check({ [`${folder}/stage.ts`]: undefined })).toEqual([]);
});

describe('it has', () => {
  test.each(['README.md', 'exercise.ts', 'solution.ts', 'check.ts'])(
    '%s',
    async (entry) => {
      const file = `${folder}/${entry}`;
      expect(await check({ [file]: undefined })).toEqual([
        expect.objectContaining({ file, found: 'no such file' }),
      ]);
    },
  );
});

test.each(['notes.md', 'helper.ts', 'wrong/Silent.ts', 'wrong/deep/a.ts'])(
  'no other file: %s',
  async (name) => {
    const file = `${folder}/${name}`;
    expect(await check({ [file]: '// Wrong: x\n// Told: y\n' })).toEqual([
      expect.objectContaining({ file, found: 'a file that no exercise has' }),
    ]);
  },
);

test('the tutorial links to it', async () => {
  const file = 'lessons/talk/README.md';
  expect(await check({ [file]: 'Nothing.' })).toEqual([
    expect.objectContaining({
      file,
      found: 'no link to exercises/01-say-it/README.md',
    }),
  ]);
});

describe('its task has', () => {
  const file = `${folder}/README.md`;
  test.each([
    ['a title with minutes', task().replace(' (15 min)', ''), '# Say it'],
    [
      'a paragraph that says so',
      task().replace('**Broken on purpose.** ', ''),
      expect.stringMatching(/^word/),
    ],
    [
      'at most 150 words',
      task({ all: 151 }),
      '151 words, without hints and fences',
    ],
    ['three hints', task({ hints: 2 }), '2 hints'],
    ['last words', task({ after: 0 }), '0 words below "## When it passes"'],
    [
      'few last words',
      task({ after: 81 }),
      '81 words below "## When it passes"',
    ],
  ])('%s', async (_what, text, found) => {
    expect(await check({ [file]: text })).toEqual([
      expect.objectContaining({ file, found }),
    ]);
  });

  test('as many words as are allowed', async () => {
    expect(await check({ [file]: task({ all: 150, after: 80 }) })).toEqual([]);
  });
});

describe('its answers say', () => {
  test.each([
    ['wrong/silent.ts', '// Told: Nothing\n'],
    ['wrong/silent.ts', '// Wrong: says nothing.\n'],
    ['right/aloud.ts', '// Right: aloud.\n'],
  ])('what they do: %s', async (name, text) => {
    const file = `${folder}/${name}`;
    expect(await check({ [file]: text })).toEqual([
      expect.objectContaining({ file, line: 1 }),
    ]);
  });
});

describe('its answers.md', () => {
  const file = `${folder}/answers.md`;
  const two = edits('wrong/late', 'right/sung');

  test.each([
    [
      'a section that says no mistake',
      two.replace('Says it otherwise.', ''),
      1,
      'wrong/late says: nothing',
    ],
    [
      'an edit that does not fit',
      two.replace('-say', '-sing'),
      8,
      expect.stringMatching(/^wrong\/late, its hunk: .* never: solution\.ts/),
    ],
    [
      'an edit of another file that does not fit',
      two.replace('\n```diff', '\nOf `exercise.ts`:\n\n```diff'),
      10,
      expect.stringMatching(/^wrong\/late, its hunk: .* never: exercise\.ts/),
    ],
    [
      'a name that a file has',
      `${two}\n${edits('wrong/aloud')}`,
      21,
      'wrong/aloud, and a file right/aloud.ts',
    ],
  ])('has %s', async (_what, text, line, found) => {
    expect(await check({ [file]: text })).toContainEqual(
      expect.objectContaining({ file, line, found }),
    );
  });

  test('and its folders have two of each kind', async () => {
    expect(await check({ [file]: edits('right/sung') })).toEqual([
      expect.objectContaining({ file: folder, found: '1 wrong answers' }),
    ]);
    const changes = {
      [file]: edits('wrong/late', 'right/sung'),
      [`${folder}/right/aloud.ts`]: undefined,
    };
    expect(await check(changes)).toEqual([
      expect.objectContaining({ file: folder, found: '1 right answers' }),
    ]);
    const all = edits('wrong/a', 'wrong/b', 'right/c', 'right/d');
    const none = [`${folder}/wrong/silent.ts`, `${folder}/right/aloud.ts`];
    expect(
      await check({
        ...Object.fromEntries(none.map((name) => [name, undefined])),
        [file]: all,
      }),
    ).toEqual([]);
  });
});

test('its starter marks what is to be changed', async () => {
  const file = `${folder}/exercise.ts`;
  expect(await check({ [file]: 'say();\n' })).toEqual([
    expect.objectContaining({ file, found: 'no // TODO:' }),
  ]);
});

describe('the table of what the task says', () => {
  const found = async (text: string) =>
    (await check({}, text)).map((each) => each.found);

  test('is there', async () => {
    expect(await found('')).toEqual(['no table of what the task says']);
  });

  test('has each sentence as it stands in the task', async () => {
    expect(await found(table())).toEqual([]);
    expect(await found(table(['Another.']))).toEqual(['Another.']);
    expect(await found(table([sentence, 'More.']))).toEqual(['More.']);
    expect(await found(table([]))).toEqual(['nothing']);
  });

  test('names steps for it, or a reason', async () => {
    for (const by of ['it; also', '(given)'])
      expect(await found(table([sentence], by))).toEqual([]);
    for (const by of ['', 'it;'])
      expect(await found(table([sentence], by))).toEqual([
        `nothing that checks "${sentence}"`,
      ]);
  });

  test('a sentence ends at its full stop, outside code and links', async () => {
    expect(
      taskSentences(
        '# Say it (15 min)\n\n**Broken on purpose.** It fails.\n\n' +
          'Call [it](a.b. c) with `a. b` now! Then\nwhat? (RFC 9110, 7.6.1)\n\n' +
          '- One item:\n  - and `x | y`.\n<!-- set in: server.ts. -->\n\n' +
          '```ts\nNo. Fence.\n```\n\nLast\n\n' +
          `${hint(1)}\n## When it passes\n\nNo.\n`,
      ),
    ).toEqual([
      '**Broken on purpose.** It fails.',
      'Call [it](a.b. c) with `a. b` now!',
      'Then what?',
      '(RFC 9110, 7.6.1)',
      'One item:',
      'and `x | y`.',
      'Last',
    ]);
  });
});
