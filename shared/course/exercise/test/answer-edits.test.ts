import { describe, expect, test } from '@jest/globals';
import {
  type AnswerEdit,
  applyEdit,
  type EditProblem,
  parseEdits,
} from '../answers/edits.ts';

/** An answers.md with one section. */
const section = (...lines: string[]) =>
  ['# Answers', '', 'Edits.', '', ...lines, ''].join('\n');
const good = [
  '## wrong/lf-only',
  '',
  'It knows LF only.',
  '',
  'Told: `A carriage return ends a line, too`',
  '',
  '```diff',
  ' const lines = text',
  "-  .split('\\r\\n')",
  "+  .split('\\n')",
  '```',
];

describe('answers.md', () => {
  test('has a section for each answer', () => {
    const text = section(
      ...good,
      '',
      '## right/by-hand',
      '',
      'Without `split`,',
      'by hand.',
      '',
      'Of `exercise.ts`:',
      '',
      '```diff',
      '-one',
      '@@',
      ' two',
      '',
      '+## three',
      '```',
    );
    expect(parseEdits(text)).toEqual({
      problems: [],
      edits: [
        {
          kind: 'wrong',
          name: 'lf-only',
          line: 5,
          sentence: 'It knows LF only.',
          told: 'A carriage return ends a line, too',
          base: 'solution.ts',
          hunks: [
            {
              line: 12,
              lines: [
                { sign: ' ', text: 'const lines = text', line: 12 },
                { sign: '-', text: "  .split('\\r\\n')", line: 13 },
                { sign: '+', text: "  .split('\\n')", line: 14 },
              ],
            },
          ],
        },
        {
          kind: 'right',
          name: 'by-hand',
          line: 17,
          sentence: 'Without `split`,\nby hand.',
          base: 'exercise.ts',
          hunks: [
            { line: 25, lines: [{ sign: '-', text: 'one', line: 25 }] },
            {
              line: 27,
              lines: [
                { sign: ' ', text: 'two', line: 27 },
                { sign: ' ', text: '', line: 28 },
                { sign: '+', text: '## three', line: 29 },
              ],
            },
          ],
        },
      ],
    });
  });

  test('may have its lines ended by CR LF', () => {
    const text = section(...good);
    expect(parseEdits(text.replaceAll('\n', '\r\n'))).toEqual(parseEdits(text));
  });

  test('may be empty', () => {
    expect(parseEdits('')).toEqual({ edits: [], problems: [] });
  });

  const without = (words: string) =>
    good.filter((line) => !line.includes(words));
  const instead = (words: string, other: string) =>
    good.map((line) => (line.includes(words) ? other : line));
  test.each([
    ['another heading', instead('##', '## lf-only'), 5, '## lf-only'],
    ['a name in capitals', instead('##', '## wrong/LF'), 5, '## wrong/LF'],
    ['no sentence', without('knows'), 5, 'wrong/lf-only says: nothing'],
    ['no verdict', without('Told'), 5, 'wrong/lf-only has no line "Told:"'],
    [
      'a verdict for a right one',
      instead('##', '## right/lf-only'),
      5,
      'right/lf-only has a line "Told:"',
    ],
    [
      'a verdict in another form',
      instead('Told', 'Told: A carriage return'),
      5,
      'wrong/lf-only says: It knows LF only.\n\nTold: A carriage return',
    ],
    [
      'another base',
      instead('knows', 'Of `check.ts`:'),
      5,
      'wrong/lf-only says: Of `check.ts`:',
    ],
    [
      'another fence',
      instead('```diff', '```ts'),
      5,
      'wrong/lf-only has no fence that begins with ```diff',
    ],
    [
      'a fence without end',
      good.slice(0, -1),
      5,
      'wrong/lf-only has a fence that does not end',
    ],
    [
      'words below the fence',
      [...good, 'So.'],
      5,
      'wrong/lf-only has more below its fence: So.',
    ],
    [
      'a line without a sign',
      instead('const', 'const lines = text'),
      12,
      'const lines = text',
    ],
    [
      'a hunk that says not where',
      [...good.slice(0, -1), '@@', '+new', '```'],
      16,
      'no line that is there already',
    ],
    [
      'a hunk that changes nothing',
      [...good.slice(0, -1), '@@', ' old', '```'],
      16,
      'lines that only stay',
    ],
    ['a name twice', [...good, '', ...good], 17, 'a second answer "lf-only"'],
  ])('says where it has %s', (_what, lines, line, found) => {
    const { problems } = parseEdits(section(...lines));
    expect(problems).toEqual([
      {
        line,
        found,
        expected: expect.stringMatching(/./),
        remedy: expect.stringMatching(/\.$/),
      },
    ]);
  });
});

describe('an edit', () => {
  const edit = (...lines: string[]): AnswerEdit => {
    const fence = ['```diff', ...lines, '```'];
    const text = section(...good.slice(0, 6), ...fence);
    const { edits, problems } = parseEdits(text);
    expect(problems).toEqual([]);
    return edits[0]!;
  };
  const base = 'a\nb\n\n  c\nb\nd\n';

  test('replaces lines, and says which came from where', () => {
    expect(applyEdit(base, edit('-a', '+one', '@@', '   c', '+two'))).toEqual({
      text: 'one\nb\n\n  c\ntwo\nb\nd\n',
      from: [13, undefined, undefined, undefined, 16, ...Array(3)],
    });
  });

  test('takes lines away', () => {
    expect(applyEdit(base, edit('', '-  c', '-b'))).toEqual({
      text: 'a\nb\n\nd\n',
      from: [undefined, undefined, undefined, undefined, undefined],
    });
  });

  test('has its hunks in any order', () => {
    const { text } = applyEdit(base, edit('-d', '+x', '@@', '-a')) as {
      text: string;
    };
    expect(text).toBe('b\n\n  c\nb\nx\n');
  });

  test('does not look at what another hunk brought', () => {
    const both = edit('-a', '+d', '@@', '-d', '+a');
    expect(applyEdit(base, both)).toMatchObject({
      text: 'd\nb\n\n  c\nb\na\n',
    });
  });

  test('fits a base with CR LF', () => {
    const windows = base.replaceAll('\n', '\r\n');
    expect(applyEdit(windows, edit('-a'))).toMatchObject({
      text: 'b\n\n  c\nb\nd\n',
    });
  });

  test.each<[string, string[], Partial<EditProblem>]>([
    [
      'lines that are not there',
      ['-a', '@@', ' b', '-c'],
      {
        line: 15,
        found:
          'wrong/lf-only, hunk 2: its old lines stand in solution.ts never: ' +
          'solution.ts has no line "c"',
        expected: 'lines ("-" and " ") that solution.ts has exactly once',
        remedy: 'Copy them from solution.ts, with their indentation.',
      },
    ],
    [
      'lines that do not follow each other',
      ['-a', '-d'],
      {
        line: 12,
        found:
          'wrong/lf-only, its hunk: its old lines stand in solution.ts never: ' +
          'each of its lines is there, but not one after the other',
      },
    ],
    [
      'a line that is there twice',
      ['-b', '+x'],
      {
        line: 12,
        found:
          'wrong/lf-only, its hunk: its old lines stand in solution.ts 2 times, at lines 2, 5',
        expected: 'a line ("-" and " ") that solution.ts has exactly once',
        remedy:
          'Add a line before or after, with a space in front, until only one place is left.',
      },
    ],
    [
      'lines that go and come back the same',
      ['-c', '+c'],
      {
        line: 12,
        found: 'wrong/lf-only: what comes is what goes',
        expected: 'lines with "+" that differ from those with "-"',
      },
    ],
    [
      'hunks that overlap',
      ['-a', ' b', '@@', ' b', '-'],
      {
        line: 15,
        found: 'wrong/lf-only: two places that share a line of solution.ts',
        remedy: 'Make one of them: leave out the @@ between.',
      },
    ],
  ])('fails with %s', (_what, lines, problem) => {
    expect(applyEdit(base, edit(...lines))).toMatchObject(problem);
  });
});
