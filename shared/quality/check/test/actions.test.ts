import { expect, test } from '@jest/globals';
import { checkActions } from '../actions.ts';
import { madeUpTree } from './made-up-tree.ts';

const good = `# Talk

## 1. Say it (2 min)

**Predict.** What?

- [ ] This
- [ ] That

<!-- decides: 2 if page state is "open"; 1 if unit event down -->

**Do.**

1. Press. <!-- do: fault idle=8s set -->
2. Save. <!-- do: file server.ts saved and page rate is "night" -->
3. Read. <!-- do: nothing, reading leaves no trace -->

**See.** So. <!-- see: page seen lacks "missed" -->

**Why.** Because.

1. This is no action.

## 2. Say it again (2 min)

**Predict.** What?

- [ ] This

<!-- decides: nothing, it takes a year -->

**Do.** Press. <!-- do: cut --> Then wait.

**See.** So.
`;

const page =
  '<output id="state"></output><input name="rate" value="night">' +
  '<departures-board></departures-board>';

async function check(tutorial: string) {
  const root = await madeUpTree({
    'lessons/talk/README.md': tutorial,
    'lessons/talk/server.ts': '',
    'lessons/talk/page/index.html': page,
    'lessons/talk/package.json': '{}',
  });
  return (await checkActions(root)).map(
    ({ line, found, expected }) => `${line}: ${found}: ${expected}`,
  );
}

test('a tutorial whose actions all say what shows them is fine', async () => {
  expect(await check(good)).toEqual([]);
});

test.each([
  ['<!-- do: fault idle=8s set -->', '', '14: an action without a condition'],
  [' <!-- do: cut -->', '', '32: an action without a condition'],
  [
    '<!-- decides: nothing, it takes a year -->',
    '',
    '26: a guess that nothing decides',
  ],
  ['idle=8s set', 'idle set twice', 'found "twice"'],
  ['idle=8s set', 'idel set', 'There is no fault "idel"'],
  ['idle=8s set', 'idle=8kB set', 'expected'],
  ['idle=8s set', 'idle set @a-b', 'a link between two processes'],
  ['file server.ts', 'file news.ts', "a file news.ts in the lesson's folder"],
  ['page rate is', 'page rat is', 'the id or the name "rat"'],
  ['2 if page state', '2 if page stat', 'the id or the name "stat"'],
  ['unit event down', 'unit events down', 'a kind of unit'],
  ['2 if page', '3 if page', '3 if …, where there are 2 guesses'],
  ['page seen lacks', 'page count lacks', 'the id or the name "count"'],
])('%j as %j is found', async (from, to, words) => {
  expect(good).toContain(from);
  const found = await check(good.replace(from, to));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(words);
});

test('a side trip names what its lesson has, and the links of a proxy', async () => {
  const trip = good
    .replace('file server.ts saved', 'file workspace/behind/nginx.conf saved')
    .replace('unit event down', 'unit event down @nginx-lesson')
    .replace('fault idle=8s set', 'note end @browser-nginx');
  const checkTrip = async (text: string) => {
    const root = await madeUpTree({
      'lessons/talk/side-trips/far/README.md': text,
      'lessons/talk/page/index.html': page,
      'lessons/talk/package.json': '{}',
    });
    return checkActions(root);
  };
  expect(await checkTrip(trip)).toEqual([]);
  const wrong = trip
    .replace('behind/nginx.conf', 'behind/engine.conf')
    .replace('@nginx-lesson', '@lesson-nginx');
  expect((await checkTrip(wrong)).map(({ found }) => found)).toEqual([
    expect.stringContaining('@lesson-nginx'),
    expect.stringContaining('engine.conf'),
  ]);
});
