import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from '@jest/globals';
import { findExercises } from '../exercises.ts';
import { readTask } from '../task.ts';
import { terminalLines } from '../terminal/terminal-text.ts';

const plain = { width: 30, stream: new PassThrough() };
/** A stream that says it is a terminal with colours. */
const coloured = {
  width: 30,
  stream: Object.assign(new PassThrough(), {
    isTTY: true,
    getColorDepth: () => 8,
    hasColors: () => true,
  }),
};

test('has no marks but those of code, and words are not torn', () => {
  const text =
    'Keep **all** of them, by `session`:\nsee [the step](../README.md) and ' +
    '[RFC 9113](https://www.rfc-editor.org/rfc/rfc9113).\n\n' +
    '- one\n- two, which is a good deal longer than that\n\n' +
    '```ts\nif (a) {\n  b();\n}\n```\n\nThe end.';
  expect(terminalLines(text, plain)).toEqual([
    'Keep all of them, by',
    '`session`: see the step and',
    'RFC 9113',
    '(https://www.rfc-editor.org/rfc/rfc9113).',
    '',
    '- one',
    '- two, which is a good deal',
    '  longer than that',
    '',
    '  if (a) {',
    '    b();',
    '  }',
    '',
    'The end.',
  ]);
});

test('has a sentence for each engine, and no comments', () => {
  const text =
    'It ends.\n<!-- set in: a.ts -->\n\n' +
    '- **Chromium, Firefox:** At once. <!-- see: cut -->\n' +
    '- **WebKitGTK:** Never.\n<!-- set in: b.ts -->';
  expect(terminalLines(text, plain)).toEqual([
    'It ends.',
    '',
    '- Chromium, Firefox: At once.',
    '- WebKitGTK: Never.',
  ]);
});

test('where there are colours, code and what is strong have them', () => {
  const [line] = terminalLines('**all** by `x`', coloured);
  expect(line).toBe('\u001b[1mall\u001b[22m by \u001b[36mx\u001b[39m');
  // They take no room.
  const words = Array.from({ length: 10 }, () => '`abcd`').join(' ');
  expect(terminalLines(words, coloured).map(stripVTControlCharacters)).toEqual([
    'abcd abcd abcd abcd abcd abcd',
    'abcd abcd abcd abcd',
  ]);
});

test('every hint and every last word of ours can be read', () => {
  for (const exercise of findExercises()) {
    const { hints, after } = readTask(exercise);
    for (const text of [...hints, after]) {
      const lines = terminalLines(text, plain);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.join('\n')).not.toMatch(/```|\*\*\w|\]\(/);
    }
  }
});
