/** What fits five products, by the table, and what a fault does to it. */
import {
  choose,
  ways,
  type Choice,
  type Way,
} from '@on-the-wire/shared/compare/choosing/choose.ts';
import { lackInWords } from '@on-the-wire/shared/compare/choosing/in-words.ts';
import type { Answers } from '@on-the-wire/shared/compare/choosing/questions.ts';
import {
  tableOver,
  titleOf,
} from '@on-the-wire/shared/compare/choosing/table.ts';
import {
  tryUnder,
  whatIsWrongWith,
  type Tried,
} from '@on-the-wire/shared/compare/choosing/try-under.ts';
import type { Browser } from '@on-the-wire/browser/browser.ts';
import type {
  Check,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';

/** What holds unless something else is said. */
const usual = {
  speaks: 'news',
  pace: 'seconds',
  kind: 'text',
  cached: 'no',
  clients: 'hundreds',
  loss: 'nothing',
  proxies: 'calm',
} as const satisfies Answers;

/** What somebody who knows the field would say about each product. */
const products: Record<string, Required<Answers>> = {
  lottery: {
    ...usual,
    pace: 'minutes',
    cached: 'all',
    clients: 'ten-thousands',
    loss: 'older',
  },
  ward: { ...usual, speaks: 'news-asks' },
  tennis: {
    ...usual,
    speaks: 'both',
    pace: 'many',
    kind: 'binary',
    loss: 'older',
  },
  translator: { ...usual, speaks: 'pieces' },
  court: { ...usual, proxies: 'old' },
};

const section = 'lessons/README.md, “Which one, then?”';
/** An update that comes so many ms later is hurt; so is one that is lost. */
const HURTS = 800;

interface Theirs {
  take: Way[];
  rows: string[];
  fault: string;
}

export default {
  starter: 'lottery: websocket is ruled out',
  browser: true,

  async run(trial) {
    const learner = await trial.start();
    const chosen = await learner.call<Record<string, Theirs>>('choices');
    const choices = Object.entries(products).map(([name, answers]) => ({
      name,
      choice: choose(answers, tableOver('1.1')),
      theirs: chosen[name],
    }));

    for (const { name, choice, theirs } of choices)
      await trial.step(`${name}: what to take`, async () =>
        checkTaken(trial, name, choice, theirs),
      );
    for (const { name, choice, theirs } of choices)
      await trial.step(`${name}: two rows that decide`, async () =>
        checkRows(trial, name, choice, theirs!.rows),
      );
    await trial.step('five faults', async () => {
      for (const { name, theirs } of choices)
        checkIsFault(trial, name, theirs!.fault);
    });

    const page = await trial.page();
    const browser = page.context().browser()!;
    // Each waits most of the time: so measure all at once.
    const found = await Promise.all(
      choices.map(async ({ theirs }) => {
        const { take, fault } = theirs!;
        const way = take.find((each) => each !== 'request')!;
        const name = `${way} ${fault}`;
        const trying = measured.get(name) ?? tryOften(way, fault, browser);
        measured.set(name, trying);
        const forget = () => measured.delete(name);
        trying.then((one) => hurts(one) || forget(), forget);
        return trying;
      }),
    );
    for (const [index, { name, theirs }] of choices.entries())
      await checkFault(trial, name, theirs!.fault, found[index]!);
  },
} satisfies Check;

function checkTaken(
  { fail }: CheckContext,
  name: string,
  choice: Choice,
  theirs: Theirs | undefined,
): void {
  const came = JSON.stringify(theirs?.take) ?? 'nothing';
  if (!Array.isArray(theirs?.take) || theirs.take.length === 0)
    return fail({
      title: `${name}: nothing is taken`,
      expected: '{ take: […], rows: […, …], fault: "…" }',
      came: JSON.stringify(theirs) ?? 'nothing',
    });
  const { take } = theirs;
  const needed = new Set(choice.parts.map(({ way }) => way));
  for (const way of take) {
    if (!Object.hasOwn(ways, way))
      return fail({
        title: `${name}: there is no way "${way}"`,
        expected: Object.keys(ways).join(', '),
        came,
      });
    const lack = choice.out.find((each) => each.way === way);
    if (needed.has(way)) continue;
    if (lack)
      return fail({
        title: `${name}: ${way} is ruled out`,
        expected: 'a way that no row rules out',
        came: lackInWords(lack, (row) => titleOf(row)!),
        section,
      });
    return fail({
      title: `${name}: ${way} would do, and more than is needed`,
      expected:
        'the first way that does all of it: what it lacks you do not need',
      came,
      section,
    });
  }
  if (take.length < needed.size)
    return fail({
      title: `${name}: a way is missing`,
      expected: `${needed.size} ways: one for what the page gets, one for what it sends`,
      came,
      section,
    });
}

function checkRows(
  { fail }: CheckContext,
  name: string,
  { decided }: Choice,
  rows: string[],
): void {
  const came = JSON.stringify(rows) ?? 'nothing';
  if (!Array.isArray(rows) || new Set(rows).size < 2)
    return fail({
      title: `${name}: two rows are wanted`,
      expected: 'the names of two rows of the table',
      came,
      tryIt: 'pnpm compare --claims',
    });
  for (const row of rows) {
    const title = titleOf(row);
    if (title === undefined)
      return fail({
        title: `${name}: the table has no row "${row}"`,
        expected: 'the name of a row, such as "resumes"',
        came,
        tryIt: `pnpm compare --claims --only ${row}`,
      });
    if (!decided.includes(row))
      return fail({
        title: `${name}: “${title}” does not decide it`,
        expected: 'a row that rules out a simpler way, or speaks for yours',
        came: row,
        tryIt: `pnpm compare --claims --only ${row}`,
      });
  }
}

function checkIsFault(
  { fail }: CheckContext,
  name: string,
  fault: string,
): void {
  const wrong = whatIsWrongWith(fault);
  if (wrong !== undefined)
    fail({
      title: `${name}: “${fault}” is no fault`,
      expected: 'a fault that exists, with its numbers',
      came: wrong,
    });
}

/**
 * What is being measured, or has hurt a way: if you change one choice, you need
 * not wait for all five.
 */
const measured = new Map<string, Promise<Tried>>();
/** ms more until an update is seen. */
const more = ({ broken, clean }: Tried) => broken - clean;
const hurts = (tried: Tried) => more(tried) >= HURTS || tried.lost > 0;

/** A busy machine may be slow, with the fault or without, but never so slow. */
const isClear = (tried: Tried) =>
  tried.least >= HURTS || (more(tried) < HURTS / 2 && tried.lost === 0);

/**
 * Tries it; if that leaves a doubt, up to five times. A busy machine only ever
 * makes an update later, with the fault and without: so the fastest counts.
 */
async function tryOften(way: Way, fault: string, browser: Browser) {
  let best = await tryUnder(way, fault, browser);
  for (let tries = 1; tries < 5 && !isClear(best); tries += 1) {
    const next = await tryUnder(way, fault, browser);
    if (isClear(next)) return next;
    best = {
      ...(next.clean < best.clean ? next : best),
      broken: Math.min(best.broken, next.broken),
      lost: Math.min(best.lost, next.lost),
    };
    if (more(best) >= HURTS) return best;
  }
  return best;
}

/** Says in the step's name what was measured: there the learner reads it. */
async function checkFault(
  trial: CheckContext,
  name: string,
  fault: string,
  tried: Tried,
): Promise<void> {
  const { id, words } = tried;
  await trial.step(`${name}: ${words}`, async () => {
    if (hurts(tried)) return;
    trial.fail({
      title: `${name}: that does not hurt it`,
      sent: fault,
      expected: `an update that is lost, or seen ${HURTS} ms later`,
      came: words,
      tryIt: `pnpm compare --quick --only ${id} --fault ${fault}`,
    });
  });
}
