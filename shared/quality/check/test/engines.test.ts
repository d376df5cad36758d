import { expect, test } from '@jest/globals';
import { checkEngines, sentencesByEngine } from '../engines.ts';
import { countWords } from '../word-count.ts';
import { madeUpTree } from './made-up-tree.ts';

const file = 'lessons/talk/README.md';
const good = `# Talk

**See.** It ends.

- **Chromium, WebKitGTK:** It says *done*. <!-- see: cut -->
- **Firefox:** It says nothing at all,
  and waits. <!-- see: note end -->

Not so:

- Chromium is one of three.
`;
const check = async (text: string) =>
  checkEngines(await madeUpTree({ [file]: text }));

test('a list in which each engine has its sentence has no finding', async () => {
  expect(await check(good)).toEqual([]);
});

test.each([
  [
    'that leaves one out',
    'Chromium, WebKitGTK',
    'Chromium',
    'no item for WebK',
  ],
  [
    'that names one twice',
    'Firefox:',
    'Firefox, Chromium:',
    'Chromium 2 times',
  ],
  ['with an unknown name', 'Firefox:', 'Firefox, Safari:', 'Firefox, Safari:'],
  ['with an item of no engine', '**Firefox:** It', 'It', '- It says nothing'],
  ['without a colon', 'Firefox:**', 'Firefox**', '- **Firefox** It'],
])('a list %s is found', async (_, from, to, found) => {
  expect(await check(good.replace(from, to))).toContainEqual(
    expect.objectContaining({ file, found: expect.stringContaining(found) }),
  );
});

test('each list can be printed, without its marks', async () => {
  const root = await madeUpTree({ [file]: good });
  expect(await sentencesByEngine(root)).toEqual([
    `${file}:5\n` +
      '  Chromium, WebKitGTK: It says *done*.\n' +
      '  Firefox: It says nothing at all, and waits.',
  ]);
});

test('of its items the one with most words counts', () => {
  const fold = (text: string) =>
    `<details><summary>Why?</summary>\n\n${text}\n\n</details>`.split('\n');
  const three =
    '- **Chromium:** a\n- **Firefox:** a b\n  c\n- **WebKitGTK:** a';
  const longest = '- **Firefox:** a b\n  c';
  expect(countWords(three.split('\n'))).toEqual(
    countWords(longest.split('\n')),
  );
  expect(countWords(fold(three)).folds[0]!.words).toBe(1 + 4);
});
