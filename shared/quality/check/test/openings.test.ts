import { expect, test } from '@jest/globals';
import { checkOpenings } from '../openings.ts';
import { madeUpTree } from './made-up-tree.ts';

const tutorial = `# Talk

**How?**

**The first minute.** Two talk. *Interrupt them*, and look at:

<!-- opening: press fault reset=after:1kB; page loud=yes; page train-1=700; until page said has "so" -->

- What was said <!-- opening: show page said has "so" -->

And that was it. [Why?](#1-a-step-4-min)

More about talking.

## 1. A step (4 min)
`;
const page = `<p id="said"></p><input type="radio" name="loud" value="yes" />
<script>slider.id = \`train-\${n}\`</script>`;

const check = async (text: string) =>
  checkOpenings(
    await madeUpTree({
      'lessons/talk/README.md': text,
      'lessons/talk/page/index.html': page,
    }),
  );
const changed = (from: string, to: string) =>
  check(tutorial.replaceAll(from, to));

test('an opening that keeps all rules has no finding', async () => {
  expect(await check(tutorial)).toEqual([]);
});

test.each([
  ['a lesson without one', '**The first minute.**', 'A minute.', 'no opening'],
  ['text before it', '**How?**', '**How?**\n\nLike this.', 'the block 4'],
  ['no way on', '#1-a-step-4-min', '#2-a-step-4-min', 'no link to the first'],
  ['an unknown control', 'loud=yes', 'shout', 'page shout'],
  ['an unknown part of the page', 'page said', 'page heard', 'page heard'],
  ['an unknown fault', 'reset=', 'resat=', 'fault resat=after:1kB'],
])('%s is found', async (_, from, to, found) => {
  expect(await changed(from, to)).toContainEqual(
    expect.objectContaining({
      file: 'lessons/talk/README.md',
      found: expect.stringContaining(found),
    }),
  );
});

test('what cannot be read is told in the words of its reader', async () => {
  expect(await changed('has "so" -->', '-->')).toEqual([
    expect.objectContaining({
      found: 'an opening that cannot be read',
      expected: expect.stringContaining('expected is, has or lacks'),
    }),
  ]);
});
