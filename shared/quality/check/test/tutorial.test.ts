import { describe, expect, test } from '@jest/globals';
import { checkTutorials } from '../tutorial.ts';
import { countWords, withoutComments } from '../word-count.ts';
import { goodTree, madeUpTree, steps, type Files } from './made-up-tree.ts';

const lesson = 'lessons/talk';
const tutorial = `${lesson}/README.md`;
const readme = goodTree[tutorial];

async function check(changes: Files) {
  return checkTutorials(await madeUpTree({ ...goodTree, ...changes }));
}

const withReadme = (text: string) => check({ [tutorial]: text });
const lineOf = (text: string, words: string) =>
  text.slice(0, text.indexOf(words)).split('\n').length;

test('a tutorial that keeps all rules has no finding', async () => {
  expect(await check({})).toEqual([]);
});

describe('the tutorial', () => {
  test('asks the question of its manifest, as the home page does', async () => {
    const text = readme.replace('**How?**', '**Why?**');
    expect(await withReadme(text)).toEqual([
      expect.objectContaining({ line: 3, found: '**Why?**' }),
    ]);
    expect(await withReadme(readme.replace('**How?**', ''))).toEqual([
      expect.objectContaining({ found: 'no question in bold' }),
    ]);
  });

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
    const text = readme.replace('## 4. ', '## 5. ');
    expect(await withReadme(text)).toEqual([
      expect.objectContaining({
        line: lineOf(text, '## 5. '),
        found: 'step 5',
      }),
    ]);
  });

  test('has at most 200 words in a step: no fence, fold or comment is counted', async () => {
    const free =
      '```ts\n' +
      'word '.repeat(300) +
      '\n```\n\n<details><summary>More</summary>\n\n' +
      'word '.repeat(119) +
      '\n\n</details>\n\n<!-- measured: ' +
      'word '.repeat(300) +
      '\n-->\n';
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

  test.each([
    ['a table', '| a | b |\n|---|---|\n| c | d |\n', 4],
    ['a box', '> **The page.** Two words.\n', 4],
    ['a list', '- one\n- two\n', 2],
  ])('counts the words of %s in a step', async (_what, block, words) => {
    const text = (more: number) =>
      readme.replace('## 2.', `${'word '.repeat(more)}\n\n${block}\n## 2.`);
    expect(await withReadme(text(179 - words))).toEqual([]);
    expect(await withReadme(text(180 - words))).toEqual([
      expect.objectContaining({
        found: expect.stringContaining('201 words'),
      }),
    ]);
  });

  test('has at most ten folds', async () => {
    const fold = '<details><summary>Why?</summary>\n\nSo.\n\n</details>\n\n';
    const text = (folds: number) =>
      readme.replace('## When', `${fold.repeat(folds)}## When`);
    expect(await withReadme(text(10))).toEqual([]);
    expect(await withReadme(text(11))).toEqual([
      expect.objectContaining({
        line: lineOf(text(11), '## When') - 6,
        found: '11 folds (<details>)',
      }),
    ]);
  });

  test('has at most 120 words in a fold, a fence not counted', async () => {
    const text = (words: number) =>
      readme.replace(
        '## When',
        `<details><summary>How?</summary>\n\n${'word '.repeat(words)}\n\n` +
          '```\n' +
          'word '.repeat(99) +
          '\n```\n\n</details>\n\n## When',
      );
    expect(await withReadme(text(119))).toEqual([]);
    expect(await withReadme(text(120))).toEqual([
      expect.objectContaining({
        line: lineOf(text(120), '<details>'),
        found: expect.stringContaining('121 words in a fold'),
      }),
    ]);
  });

  test('may grow by a quarter of what it was in the first edition', async () => {
    const { [tutorial]: _, ...others } = goodTree;
    const checkXhr = async (words: number) => {
      const fence = `\`\`\`\n${'word '.repeat(words)}\n\`\`\`\n`;
      const text = `${readme}<!-- not this -->\n${fence}`;
      const root = await madeUpTree({
        ...others,
        'lessons/xhr/README.md': text,
      });
      return checkTutorials(root);
    };
    const own = countWords(withoutComments(readme).split('\n')).all;
    const most = 3101 - own - 2; // the edges of the fence count, too
    expect(await checkXhr(most)).toEqual([]);
    expect(await checkXhr(most + 1)).toEqual([
      expect.objectContaining({
        file: 'lessons/xhr/README.md',
        found: '3102 words, without comments',
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

  describe('may end with five things from memory', () => {
    const fold =
      '<details><summary>Why?</summary>\n\nSo: [step 2](#2-a-step-4-min).\n\n</details>\n\n';
    const asking = (folds: string) => `${readme}\n## From memory\n\n${folds}`;

    test('which are not counted with the other folds', async () => {
      const ten = readme.replace('## When', `${fold.repeat(10)}## When`);
      const text = `${ten}\n## From memory\n\n${fold.repeat(5)}`;
      expect(await withReadme(text)).toEqual([]);
    });

    test.each([4, 6])('and not %d', async (folds) => {
      const text = asking(fold.repeat(folds));
      expect(await withReadme(text)).toEqual([
        expect.objectContaining({
          line: lineOf(text, '## From memory'),
          found: `${folds} folds (<details>) in "From memory"`,
          expected: '5',
        }),
      ]);
    });

    test.each(['[step 9](#9-a-step-4-min)', '[it](other.md)', 'step 2'])(
      'each with a link to a step that exists: %s is none',
      async (link) => {
        const lost = fold.replace(/\[.*\)/, link).replace('Why', 'Where');
        const text = asking(`${fold}${lost}${fold.repeat(3)}`);
        expect(await withReadme(text)).toEqual([
          expect.objectContaining({
            line: lineOf(text, '<details><summary>Where'),
            found: 'no link to a step',
          }),
        ]);
      },
    );

    test('right after when to choose it', async () => {
      const five = `## From memory\n\n${fold.repeat(5)}`;
      const text = `${readme}\n## More\n\n${five}`;
      expect(await withReadme(text)).toEqual([
        expect.objectContaining({
          line: lineOf(text, '## More'),
          found: 'the last section is "More"',
        }),
      ]);
    });
  });
});

describe('before its first step a tutorial says', () => {
  test('how to start the lesson', async () => {
    const text = readme.replace('**Start it.** ', 'Start it. ');
    expect(await withReadme(text)).toEqual([
      expect.objectContaining({
        found: expect.stringContaining('no paragraph **Start it.**'),
      }),
    ]);
    const late = `${text}\n**Start it.** Run it.\n`;
    expect(await withReadme(late)).toHaveLength(1);
  });

  test('what one can do afterwards', async () => {
    const text = readme.replace('**Afterwards you can**', 'Afterwards');
    expect(await withReadme(text)).toEqual([
      expect.objectContaining({
        found: expect.stringContaining('no paragraph **Afterwards you can**'),
      }),
    ]);
  });

  test('three things of that kind', async () => {
    const item = '- look ([step 1](#1-a-step-4-min)),\n';
    for (const [text, count] of [
      [readme.replace(item, ''), 2],
      [readme.replace(item, item + item), 4],
    ] as const)
      expect(await withReadme(text)).toEqual([
        expect.objectContaining({
          line: lineOf(text, '**Afterwards'),
          found: expect.stringMatching(new RegExp(`^${count} things`)),
        }),
      ]);
  });

  test('which an exercise may prove, too', async () => {
    const text = readme.replace(
      '[step 2](#2-a-step-4-min)',
      '[an exercise](exercises/01-say/README.md)',
    );
    expect(await withReadme(text)).toEqual([]);
  });

  test.each([
    ['no link', ''],
    ['a link to elsewhere.md', ' ([there](elsewhere.md))'],
    ['a link to #7-no-such-step', ' ([step 7](#7-no-such-step))'],
    ['a link to #when-to-choose-it-3-min', ' ([x](#when-to-choose-it-3-min))'],
  ])('which are proved: not by %s', async (found, link) => {
    const text = readme.replace(' ([step 2](#2-a-step-4-min))', link);
    expect(await withReadme(text)).toEqual([
      expect.objectContaining({ line: lineOf(text, '- see'), found }),
    ]);
  });
});

describe('a Do', () => {
  const doing = (words: string) => readme.replace('**Do.** Look.', words);

  test.each([
    '**Do.** Press *Ask again*, and wait. In *Break it*, open the list.',
    // Nothing but what there is to see, and words that are no actions.
    '**Do.** Press *Start*. Look at the open connection: it may close, or the page sets it up again. Ask `close` to go.'.replace(
      ' Ask `close` to go.',
      '',
    ),
    '**Do.** Press *Press, press, press*, or type `load stop run`.',
    '**Do.**\n\n1. Press *One*: it opens.\n2. Press *Two*.\n3. Press *Three*.',
    '**Do.** Run this, and press *Go on*:\n\n```\nopen, close, send\n```',
  ])('may be: %s', async (words) => {
    expect(await withReadme(doing(words))).toEqual([]);
  });

  test.each([
    [
      '**Do.** Press *One*. Then choose *two*, and load the page.',
      'Press, choose, load',
    ],
    [
      '**Do.** In *Break it*, break\nit, mend it, and press *On*.',
      'break, mend, press',
    ],
  ])('of three actions is a numbered list: %s', async (words, found) => {
    expect(await withReadme(doing(words))).toEqual([
      expect.objectContaining({
        line: lineOf(doing(words), '**Do.**'),
        found: `a Do of 3 actions in one paragraph: ${found}`,
      }),
    ]);
  });
});

describe('a side trip', () => {
  const file = `${lesson}/side-trips/far-away/README.md`;
  const trip = `# Far away (15 min)

**How far?**

**Start it.** Run \`npx -y pnpm lesson talk --far\`.

${steps[0]}
${steps[1]}`;
  const linked = readme.replace(
    'Because of that.',
    'Because of that: [Far away](side-trips/far-away/README.md).',
  );
  const withTrip = (text: string, changes: Files = {}) =>
    check({ [tutorial]: linked, [file]: text, ...changes });

  test('has steps like a tutorial, and none of its other parts', async () => {
    expect(await withTrip(trip)).toEqual([]);
  });

  test.each([
    ['minutes, at most 15', '(15 min)', '(16 min)', 'Far away (16 min)'],
    ['one question', '**How far?**', 'How far?', '0 questions in bold'],
    ['only one', '**How far?**', '**How?**\n\n**Far?**', '2 questions in bold'],
    ['a command', '**Start it.**', 'Start it.', 'no paragraph **Start it.**'],
    ['its lesson’s command', 'lesson talk', 'lesson walk', '**Start it.** Run'],
    ['every label', '**See.** This.', 'This.', 'Predict, Do, Why'],
    ['steps', /## [^]*/, '', '0 steps'],
    ['at most 600 words', /$/, '\n```\n' + 'word '.repeat(560), ' words'],
  ])('has %s', async (_what, from, to, found) => {
    expect(await withTrip(trip.replace(from, to))).toEqual([
      expect.objectContaining({ file, found: expect.stringContaining(found) }),
    ]);
  });

  test('is linked where its question comes up', async () => {
    const early = readme.replace(
      '**Start it.**',
      '[Far away](side-trips/far-away/README.md)\n\n**Start it.**',
    );
    for (const [text, found] of [
      [readme, 'no link to side-trips/far-away/README.md'],
      [early, 'a link before the first step'],
    ] as const)
      expect(await withTrip(trip, { [tutorial]: text })).toEqual([
        expect.objectContaining({ file: tutorial, found }),
      ]);
  });

  test('has a name that is no other address of the tutorial', async () => {
    const text = linked.replace('## When', '### Far away\n\n## When');
    expect(await withTrip(trip, { [tutorial]: text })).toEqual([
      expect.objectContaining({
        found: 'a heading whose address is #far-away',
      }),
    ]);
  });

  test('is one of at most two', async () => {
    const more = [2, 3].map((n) => `${lesson}/side-trips/${'x'.repeat(n)}`);
    const links = more.map((each) => `[x](${each.slice(13)}/README.md)`);
    const text = linked.replace('Because of that', `Because of ${links}`);
    const files = more.map((each) => [`${each}/README.md`, trip]);
    expect(
      await withTrip(trip, {
        [tutorial]: text,
        ...Object.fromEntries(files),
      }),
    ).toEqual([expect.objectContaining({ found: '3 side trips' })]);
  });
});
