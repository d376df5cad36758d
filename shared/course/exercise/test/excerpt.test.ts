/** What is shown of bytes, and where the caret stands. */
import { columnsOf } from '@on-the-wire/system/columns.ts';
import { describe, expect, test } from '@jest/globals';
import { generate } from '../generate.ts';
import { describeFailure } from '../terminal/describe.ts';
import { byteOf, excerpt } from '../terminal/excerpt.ts';

/** An excerpt with `^` put in front of what the caret is below. */
function pointed(...words: Parameters<typeof excerpt>): string {
  const { text, caret } = excerpt(...words);
  return caret === undefined
    ? text
    : `${text.slice(0, caret)}^${text.slice(caret)}`;
}

test('what was sent is broken where the terminal ends', () => {
  const sent = `a ${'\u99c5'.repeat(60)} ${'b'.repeat(70)}`;
  const lines = describeFailure({ title: 'T', sent }, { width: 60 });
  for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(60);
  const shown = lines.map((line) => line.slice(12)).join('');
  expect(shown).toMatch(/^a\u99c5+b*\u2026?$/);
});

test('the byte of a character is not its index', () => {
  const text = 'Z\u00fcrich \u99c5 \ud83d\ude86 end';
  expect([text.indexOf('end'), byteOf(text, 'end')]).toEqual([12, 17]);
  expect(byteOf(text, text.indexOf('end'))).toBe(17);
  expect(pointed(text, byteOf(text, 'end'))).toBe(text.replace('end', '^end'));
  expect(byteOf(text, 0)).toBe(0);
  expect(byteOf(text, 'none')).toBe(Buffer.byteLength(text));
});

describe('a caret', () => {
  test('within a character of a text stands before it', () => {
    const text = 'a\u99c5b';
    const all = [0, 1, 2, 3, 4, 5, 9].map((at) => pointed(text, at));
    expect(all).toEqual([
      '^a\u99c5b',
      'a^\u99c5b',
      'a^\u99c5b',
      'a^\u99c5b',
      'a\u99c5^b',
      'a\u99c5b^',
      'a\u99c5b^',
    ]);
  });

  test('within a character of bytes stands before that byte, and the rest is text', () => {
    const bytes = Buffer.from('\u00fcber \u99c5 \u00fc');
    expect(pointed(bytes, 7)).toBe('\u00fcber \\xe9^\\xa7\\x85 \u00fc');
    // What is cut off in a character is text up to there.
    expect(pointed(bytes.subarray(0, 8), 8)).toBe('\u00fcber \\xe9\\xa7^');
    // What is no text at all is bytes throughout.
    const frame = Buffer.from([0x81, 0x85, 0xc3, 0xa9, 0xff, 0x41]);
    expect(pointed(frame, 2)).toBe('\\x81\\x85^\\xc3\\xa9\\xffA');
  });

  test.each([
    ['a', 300],
    ['\u99c5', 300],
    ['\ud83d\ude86', 300],
    ['\u00fc', 300],
    ['\r', 300],
  ])('at the end of a long text of %j is in sight', (character, times) => {
    const text = character.repeat(times);
    for (const at of [Buffer.byteLength(text), byteOf(text, text.length)]) {
      const { text: shown, caret } = excerpt(text, at, 60);
      expect(caret).toBe(shown.length);
      expect(shown.startsWith('\u2026')).toBe(true);
      expect(columnsOf(shown)).toBeLessThanOrEqual(60);
    }
  });

  test('stands below its character, whatever stands before', () => {
    // Generated, as checks do it: umlauts, wide characters, emoji.
    for (let seed = 0; seed < 200; seed += 1) {
      const data = generate(seed);
      const came = data.text(data.pick(['\n', '\r\n', ' ']));
      const letters = [...came];
      const index = letters
        .slice(0, data.whole(0, letters.length))
        .join('').length;
      const at = byteOf(came, index);
      const wanted = letters.length > 0 ? came.slice(index) : '';
      const [, , row = '', pointer = ''] = describeFailure(
        { title: 'T', came, at },
        { width: 80 },
      );
      expect(columnsOf(row)).toBeLessThanOrEqual(80);
      // The column of the caret is the column of the character.
      const columns = pointer.indexOf('^');
      let before = '';
      for (const letter of row) {
        if (columnsOf(before) >= columns) break;
        before += letter;
      }
      expect(columnsOf(before)).toBe(columns);
      const below = row.slice(before.length).replace(/\u2026$/, '');
      const visible = excerpt(wanted, undefined, 10_000).text;
      expect(visible.startsWith(below)).toBe(true);
      if (wanted !== '') expect(below).not.toBe('');
    }
  });
});
