import { describe, expect, test } from '@jest/globals';
import { findOpening, parseActs, parseShown } from '../opening.ts';
import { ConditionError, parseCondition } from '../parse.ts';

describe('what a press does', () => {
  test('is read in its order', () => {
    expect(
      parseActs(
        'fault up:reset=after:1kB@a-b; page way=frames; until unit event down "a; b"; again until page seen has "1"; cut within event; mend',
      ),
    ).toEqual([
      { act: 'fault', fault: 'up:reset=after:1kB@a-b' },
      { act: 'page', control: 'way=frames' },
      {
        act: 'until',
        condition: parseCondition('unit event down "a; b"'),
        again: false,
      },
      {
        act: 'until',
        condition: parseCondition('page seen has "1"'),
        again: true,
      },
      { act: 'cut' },
      { act: 'mend' },
    ]);
  });

  test.each([
    ['', 'found ""'],
    ['cut', 'found "cut", expected page NAME, cut within event'],
    ['page two words', 'found "page two words"'],
    ['again until page seen has "1"', '"again" only after it'],
    ['cut within event; again until unit event', '"again" only after it'],
    ['until fault reset set', 'expected unit …, note … or page …'],
    ['until opened event', 'expected unit …, note … or page …'],
    ['until unit nonsense', 'expected a kind of unit'],
  ])('%j is refused', (text, words) => {
    const read = () => parseActs(text);
    expect(read).toThrow(ConditionError);
    expect(read).toThrow(words);
  });
});

describe('what is shown', () => {
  test('is a condition, or what a request costs', () => {
    expect(parseShown('request cost')).toEqual({ cost: 'request' });
    expect(parseShown('unit event down and page seen lacks "missed"')).toEqual({
      condition: parseCondition('unit event down and page seen lacks "missed"'),
    });
  });

  test('cannot be what the page does not see', () => {
    expect(() => parseShown('file news.ts saved')).toThrow('expected unit …');
  });
});

const text = `# Talk

**How?**

**The first minute.** Two talk. *Interrupt \`them\`*, and look at:

<!-- opening: press cut within event -->

- What was *said* <!-- opening: show page said has "so" -->
- More <!-- opening: show request cost -->

That was it. [Why?](#1-a-step)

More.

## 1. A step
`;

describe('an opening', () => {
  test('is found with its parts, and where it stands', () => {
    const { opening, at, line } = findOpening(text)!;
    expect({ at, line, blocks: opening.blocks }).toEqual({
      at: 2,
      line: 5,
      blocks: 4,
    });
    expect(opening.button).toBe('Interrupt them');
    expect(opening.acts).toEqual([{ act: 'cut' }]);
    expect(opening.shown.map(({ show }) => show)).toEqual([
      parseShown('page said has "so"'),
      parseShown('request cost'),
    ]);
  });

  test('stands before all sections', () => {
    expect(findOpening('# Talk\n\n## 1. A step\n\nText.')).toBeUndefined();
    expect(findOpening(text.replace('**How?**', '## How?'))).toBeUndefined();
  });

  test.each([
    ['without a button', '*Interrupt `them`*', 'Interrupt'],
    ['without a press', '<!-- opening: press cut within event -->', ''],
    ['without a list', /- What[^]*cost -->\n/, ''],
    [
      'with a thing that is not shown',
      ' <!-- opening: show request cost -->',
      '',
    ],
    ['without a way on', '[Why?](#1-a-step)', 'Why?'],
  ] as const)('%s is refused', (_, from, to) => {
    expect(() => findOpening(text.replace(from, to))).toThrow(ConditionError);
  });
});
