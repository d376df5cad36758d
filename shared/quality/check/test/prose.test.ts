import { describe, expect, test } from '@jest/globals';
import { checkProse } from '../prose.ts';
import { goodTree, madeUpTree, tutorialWith } from './made-up-tree.ts';

const file = 'lessons/talk/README.md';

/** The findings of a tutorial that ends with this. */
async function check(more: string, files = {}) {
  const readme = tutorialWith(more);
  const root = await madeUpTree({ ...goodTree, [file]: readme, ...files });
  return checkProse(root);
}

/** The line of the tutorial in which words stand for the last time. */
function lineOf(more: string, words: string) {
  const text = tutorialWith(more);
  return text.slice(0, text.lastIndexOf(words)).split('\n').length;
}

test('a tree that keeps all rules has no finding', async () => {
  expect(await checkProse(await madeUpTree(goodTree))).toEqual([]);
});

describe('a fence that names a file', () => {
  const shown = `function f() {
    one();

    two();
      three();
    four();
  }
`;
  const files = { 'lessons/talk/f.ts': `  ${shown}  one();\n  two();\n` };
  const fence = (...lines: string[]) =>
    ['```ts f.ts', ...lines, '```', ''].join('\n');

  test.each([
    ['all of it', ['  function f() {', '    one();', '', '    two();']],
    ['indented less', ['one();', '', 'two();', '  three();', 'four();']],
    ['with something left out', ['one();', '…', '  three();', '// …']],
    ['with two things left out', ['one();', '// …', 'two();', '…', 'four();']],
    ['from a later place', ['one();', 'two();']],
  ])('occurs in that file: %s', async (_what, lines) => {
    expect(await check(fence(...lines), files)).toEqual([]);
  });

  test.each([
    ['a word differs', ['one();', '', 'to();'], 'to();', ':4:'],
    ['a line is missing', ['one();', '', 'three();'], 'three();', 'two();'],
    ['it is indented otherwise', ['one();', '', ' two();'], ' two();', ':4:'],
    ['the order is another', ['four();', '…', 'three();'], 'three();', ''],
    ['nothing was left out', ['one();', '', '…', 'two();'], 'two();', ''],
    ['no line is like the first', ['zero();'], 'zero();', 'no such line'],
  ])('does not: %s', async (_what, lines, found, expected) => {
    expect(await check(fence(...lines), files)).toEqual([
      {
        file,
        line: lineOf(fence(...lines), found),
        found,
        expected: expect.stringContaining(expected),
        remedy: expect.stringContaining('f.ts'),
      },
    ]);
  });

  test('needs that file', async () => {
    expect(await check('```ts g.ts\nx\n```\n')).toEqual([
      expect.objectContaining({
        line: lineOf('```ts g.ts\nx\n```\n', '```ts g.ts'),
        expected: 'a file lessons/talk/g.ts',
      }),
    ]);
  });

  test('without a name it is free', async () => {
    expect(await check('```ts\nzero();\n```\n')).toEqual([]);
  });
});

describe('a link', () => {
  const manifest = JSON.parse(goodTree['lessons/talk/package.json']) as {
    lesson: object;
  };
  const pointedAt = {
    'lessons/talk/page/index.html':
      '<departures-board></departures-board><iframe id="beside"></iframe><b id="report"></b>' +
      '<i name="rate" value="over"></i><button name="abort"></button>',
    'lessons/talk/page/page.ts': "document.createElement('i').id = 'one';\n",
    'lessons/talk/package.json': JSON.stringify({
      ...manifest,
      lesson: { ...manifest.lesson, processes: { bells: {}, tower: {} } },
    }),
  };

  test.each([
    '[a](server.ts)',
    '[a](page/)',
    '[a](../../README.md)',
    '[a](../../README.md#a-course)',
    '[a](#2-a-step-4-min)',
    '[a](https://example.org/nowhere#x)',
    '[a](mailto:a@example.org)',
    '<img src="page/page.css">',
    '`[a](nowhere.md)`',
  ])('leads somewhere: %s', async (link) => {
    expect(await check(`${link}\n`)).toEqual([]);
  });

  test.each([
    ['[a](nowhere.md)', 'nowhere.md'],
    ['![a](nowhere.png)', 'nowhere.png'],
    ['[a](../other/README.md)', '../other/README.md'],
    ['[a](../../../README.md)', '../../../README.md'],
    ['[a](/README.md)', '/README.md'],
    ['[a](#step-2)', '#step-2'],
    ['[a](../../README.md#b)', '../../README.md#b'],
    ['[a][b]\n\n[b]: nowhere.md', 'nowhere.md'],
    ['<img src="nowhere.png">', 'nowhere.png'],
    ['a <a href="nowhere.md">b</a>', 'nowhere.md'],
    ['| a |\n|---|\n| [a](nowhere.md) |', 'nowhere.md'],
  ])('leads nowhere: %s', async (link, target) => {
    const findings = await check(
      `Words,\nwords: ${link}\n`.replace(/.*\|/, '|'),
    );
    expect(findings).toEqual([
      expect.objectContaining({ file, found: `a link to ${target}` }),
    ]);
  });

  test.each([
    '#page:report',
    '#page:abort',
    '#page:rate=over,seen',
    '#page:one',
    '#wire:mend',
    '#wire:fault:reset',
    '#wire:fault:reset:browser-bells',
    '#wire:preset:not-localhost',
    '#wire:link:bells-tower',
    '#page:beside/report',
    '#wire:unit:event',
    '#wire:unit:http/1.1%20response%20headers:"304"',
    '#wire:unit:fault',
    '#shell:own-tab',
  ])('points at a control: %s', async (target) => {
    expect(await check(`[a](${target})\n`, pointedAt)).toEqual([]);
  });

  test.each([
    ['#page:sing', '"sing"'],
    ['#page:rate=never', '"rate=never"'],
    ['#page:report,nothing', '"nothing"'],
    ['#wire:destroy', 'mend'],
    ['#wire:fault:fire', 'reset'],
    ['#wire:fault:reset:bells-nowhere', 'station-broker'],
    ['#page:beside/sing', '"beside/sing"'],
    ['#wire:unit:letter', 'http/1.1 chunk'],
    ['#wire:preset:moon', 'not-localhost'],
    ['#wire:link:bells', 'station-broker'],
    ['#shell:nothing', '#shell:own-tab'],
  ])('points at nothing: %s', async (target, expected) => {
    expect(await check(`[a](${target})\n`, pointedAt)).toEqual([
      expect.objectContaining({
        found: `a link to ${target}`,
        expected: expect.stringContaining(expected),
      }),
    ]);
  });

  test('points at a control only in a lesson', async () => {
    const text = '[a](#wire:mend)\n';
    const findings = await check('', { 'CONTRIBUTING.md': text });
    expect(findings).toEqual([
      expect.objectContaining({
        file: 'CONTRIBUTING.md',
        found: 'a link to #wire:mend',
      }),
    ]);
  });

  test('is told with its line', async () => {
    const more = 'Words,\nwords,\nand [a](nowhere.md)\nand more.\n';
    expect(await check(more)).toEqual([
      expect.objectContaining({ line: lineOf(more, 'and [a]') }),
    ]);
  });

  test('is looked for in README.md and CONTRIBUTING.md, too', async () => {
    const text = '[a](nowhere.md)\n';
    const findings = await check('', {
      'README.md': text,
      'CONTRIBUTING.md': text,
    });
    expect(findings.map((finding) => finding.file)).toEqual([
      'README.md',
      'CONTRIBUTING.md',
    ]);
  });
});

describe('a verb', () => {
  test.each([
    '`pnpm check`',
    '`npx -y pnpm check sse`',
    '`pnpm exec node x.ts`',
  ])('exists: %s', async (words) => {
    expect(await check(`${words}\n`)).toEqual([]);
  });

  test.each(['`pnpm chek`', '`npx -y pnpm lesson`', '```\npnpm bench\n```'])(
    'does not exist: %s',
    async (words) => {
      expect(await check(`${words}\n`)).toEqual([
        expect.objectContaining({ file, expected: 'one of the verbs: check' }),
      ]);
    },
  );
});
