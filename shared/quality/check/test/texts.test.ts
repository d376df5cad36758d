import { describe, expect, test } from '@jest/globals';
import { lineAt, textsOf } from '../texts.ts';

describe('of code', () => {
  const code = (source: string) =>
    textsOf('a.ts', source).map(({ kind, words, line }) => [kind, words, line]);

  test('comments and strings are read, and nothing else', () => {
    expect(
      code(`import { answer } from './answer.ts';
// one
/** Two, \`code\`.
 *  And three.
 * @param answer four
 */
const answer = 'five six';
`),
    ).toEqual([
      ['string', './answer.ts', 1],
      ['comment', 'one', 2],
      ['comment', 'Two, `.\n And three.\n` four\n', 3],
      ['string', 'five six', 7],
    ]);
  });

  test('comments one below the other are one', () => {
    expect(code('// one\n// two\n\n// three\n')).toEqual([
      ['comment', 'one\ntwo', 1],
      ['comment', 'three', 4],
    ]);
  });

  test('strings that are joined are one, each part in its line', () => {
    expect(
      code("say('one ' +\n  'two' +\n  \n  `three ${x}`, 'four');"),
    ).toEqual([
      ['string', 'one \ntwo\n\nthree `', 1],
      ['string', 'four', 4],
    ]);
  });

  test('a template is one, and what it holds another', () => {
    expect(code("`a ${of({ b: `c ${d} e` })} f\n${g} h`;\n'i'")).toEqual([
      ['string', 'a ` f\n` h', 1],
      ['string', 'c ` e', 1],
      ['string', 'i', 3],
    ]);
  });

  test('what looks like a string in a RegExp is none, and a slash may divide', () => {
    expect(code(`a = /'no/; b = c / d; e = f(g) / h; // 'yes'`)).toEqual([
      ['comment', "'yes'", 1],
    ]);
  });

  test('escapes are read', () => {
    expect(code(String.raw`'it\'s\r\na \`b\` c'`)).toEqual([
      ['string', "it's a ` c", 1],
    ]);
  });
});

describe('of a Markdown text', () => {
  const markdown = (source: string) =>
    textsOf('a.md', source).map(({ kind, words, line }) => [kind, words, line]);

  test('its sentences are read, not its code, targets and comments', () => {
    expect(
      markdown(`# Title

One \`code\`,
**two** [three](four.md).

<!-- five -->

\`\`\`
six
\`\`\`

| seven | eight |
|---|---|
| nine | |

> ten
`),
    ).toEqual([
      ['title', 'Title', 1],
      ['sentence', 'One `,\ntwo three.', 3],
      ['sentence', 'seven', 12],
      ['sentence', 'eight', 12],
      ['sentence', 'nine', 14],
      ['sentence', 'ten', 16],
    ]);
  });

  test('a link to an exercise or a step repeats a title', () => {
    expect(
      markdown('See [An answer](exercises/01-a/README.md), [b](#2-b).'),
    ).toEqual([
      ['sentence', 'See `, `.', 1],
      ['title', 'An answer', 1],
      ['title', 'b', 1],
    ]);
  });

  test('what a fold asks is read', () => {
    expect(
      markdown('\n<details><summary>Why <code>x</code>?</summary>\n\nSo.\n'),
    ).toEqual([
      ['sentence', 'Why `?', 2],
      ['sentence', 'So.', 4],
    ]);
  });
});

test('of a page its text and its labels are read, not scripts and comments', () => {
  const texts = textsOf(
    'a.html',
    `<!-- no -->
<button title="One" class="no">
  Two
  <b>three</b> &amp; four
</button>
<script>no</script><p>Five`,
  );
  expect(texts.map(({ words, line }) => [words.trim(), line])).toEqual([
    ['One', 2],
    ['Two\n  three & four', 3],
    ['Five', 6],
  ]);
});

test('a place in a text has a line', () => {
  const text = { kind: 'comment', words: 'a\nb\nc', line: 7 } as const;
  expect([0, 2, 4].map((index) => lineAt(text, index))).toEqual([7, 8, 9]);
});
