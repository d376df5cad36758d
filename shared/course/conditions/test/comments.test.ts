import { describe, expect, test } from '@jest/globals';
import markdownIt from 'markdown-it';
import { findComments, readConditions, type Comment } from '../comments.ts';

const text = `# Bells

<!-- do: cut -->

## 1. Ring (4 min)

**Predict.** What will it say?

- [ ] Ding
- [ ] \`Dong\`, [twice](x)

<!-- decides: 2 if cut;
  1 if page bell has "ding" -->

**Do.**

1. Press *Cut now*. <!-- do: cut -->
2. Listen. <!-- do: nothing, you only
   listen -->
3. Press it twice. Once more.
   <!-- do: cut 2 times -->
<!-- set in: server.ts -->

\`\`\`html
<!-- do: cut 9 times -->
\`\`\`

**See.** It rings. <!-- see: note end --> And \`<!-- see: cut -->\` is code.

## 2. Again

**Do.** Ring. <!-- do: ring --> Ring on. <!-- do: cut -->

## What people ask

<!-- see: cut -->

## From memory

<details><summary>Who?</summary>

The bell: [step 1](#1-ring-4-min). <!-- see: note open -->

</details>
`;

const cut = (times: number) => [{ what: 'cut', times }];

describe('the comments of a tutorial', () => {
  test('belong to their step, in their order, and code holds none', () => {
    const found: Comment[] = [];
    findComments(markdownIt({ html: true }).parse(text, {}), (comment) =>
      found.push(comment),
    );
    expect(
      found.map(({ step, line, kind, text: words }) => [
        step,
        line,
        kind,
        words,
      ]),
    ).toEqual([
      [undefined, 3, 'do', 'cut'],
      ['step-1', 12, 'decides', '2 if cut; 1 if page bell has "ding"'],
      ['step-1', 17, 'do', 'cut'],
      ['step-1', 18, 'do', 'nothing, you only listen'],
      ['step-1', 21, 'do', 'cut 2 times'],
      ['step-1', 28, 'see', 'note end'],
      ['step-2', 32, 'broken', 'ring'],
      ['step-2', 32, 'do', 'cut'],
      [undefined, 36, 'see', 'cut'],
      ['from-memory', 42, 'see', 'note open'],
    ]);
    expect(found.map((comment) => ('index' in comment ? comment.index : '-')))
      // Those without a condition are not counted.
      .toEqual([0, '-', 0, '-', 1, 0, '-', 0, 0, 0]);
  });

  test('make the conditions of each step', () => {
    expect(readConditions(text)).toEqual([
      {
        id: 'step-1',
        guesses: ['Ding', 'Dong, twice'],
        actions: [cut(1), cut(2)],
        sees: [{ condition: [{ what: 'note', kind: 'end', text: undefined }] }],
        decision: {
          clauses: [
            { guess: 2, condition: cut(1) },
            {
              guess: 1,
              condition: [
                {
                  what: 'page',
                  name: 'bell',
                  test: { how: 'has', text: 'ding' },
                },
              ],
            },
          ],
        },
      },
      {
        id: 'step-2',
        guesses: [],
        actions: [cut(1)],
        sees: [],
        decision: undefined,
      },
      {
        id: 'from-memory',
        guesses: [],
        actions: [],
        sees: [
          { condition: [{ what: 'note', kind: 'open', text: undefined }] },
        ],
        decision: undefined,
      },
    ]);
  });

  test('of *See* hold for the engines of their item, others for all', () => {
    const found: Comment[] = [];
    const list = `## 1. Ring

**See.** It ends. <!-- see: cut -->

- **Chromium, WebKitGTK:** At once. <!-- see: note end -->
- **Firefox:** Later. <!-- see: note open --> <!-- do: cut -->
`;
    findComments(markdownIt({ html: true }).parse(list, {}), (comment) =>
      found.push(comment),
    );
    expect(found.map(({ kind, engines }) => [kind, engines])).toEqual([
      ['see', undefined],
      ['see', ['chromium', 'webkitgtk']],
      ['see', ['firefox']],
      ['broken', ['firefox']],
    ]);
    expect(readConditions(list)[0]!.sees.map(({ engines }) => engines)).toEqual(
      [undefined, ['chromium', 'webkitgtk'], ['firefox']],
    );
  });
});
