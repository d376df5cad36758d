/** What fits five products according to the table, and what a fault does to it. */
import {
  choose,
  ways,
  type Choice,
  type Lack,
  type Way,
} from '@on-the-wire/shared/compare/choosing/choose.ts';
import { lackInWords } from '@on-the-wire/shared/compare/choosing/in-words.ts';
import type { Answers } from '@on-the-wire/shared/compare/choosing/questions.ts';
import {
  questionOf,
  tableOver,
  titleOfRow,
} from '@on-the-wire/shared/compare/choosing/table.ts';
import {
  NotMeasured,
  tryUnder,
  whatIsWrongWith,
  type Trial,
  type Tried,
} from '@on-the-wire/shared/compare/choosing/try-under.ts';
import type {
  Check,
  CheckContext,
  FailureParts,
} from '@on-the-wire/course/exercise/check.ts';

/** What holds for most of the products. */
const usual = {
  speaks: 'news',
  pace: 'seconds',
  kind: 'text',
  cached: 'no',
  clients: 'hundreds',
  loss: 'nothing',
  proxies: 'calm',
} as const satisfies Answers;

/** What an expert would say about a product, and could defend. */
interface Product {
  answers: Required<Answers>;
  /** What may be taken: each of these, ways in any order. */
  takes: Way[][];
  /** Rows that contradict a way which the table does not rule out. */
  against: Partial<Record<Way, string>>;
  /** Rows in which the way has what is needed, and another has not. */
  rows: string[];
  /** ms more until an update is seen: so much is too late. */
  late: number;
  /** ms that a connection lasts, and that may pass without an update. */
  lasts: number;
  gap: number;
}

const hour = 3_600_000;

const products: Record<string, Product> = {
  lottery: {
    answers: {
      ...usual,
      pace: 'minutes',
      cached: 'all',
      clients: 'ten-thousands',
      loss: 'older',
    },
    takes: [['poll'], ['request'], ['poll', 'request'], ['poll-list']],
    against: {},
    rows: ['application-protocol', 'speaks-first', 'framing'],
    late: hour / 2,
    lasts: 1_000,
    gap: 1_000,
  },
  ward: {
    answers: { ...usual, speaks: 'news-asks' },
    takes: [['sse', 'request']],
    against: {
      websocket: 'resumes',
      stream: 'resumes',
      'long-poll': 'resumes',
    },
    rows: [
      'speaks-first',
      'response-streaming',
      'application-protocol',
      'idle-client',
      'framing',
      'cross-origin',
    ],
    late: 500,
    lasts: 24 * hour,
    gap: 24 * hour,
  },
  tennis: {
    answers: {
      ...usual,
      speaks: 'both',
      pace: 'many',
      kind: 'binary',
      loss: 'older',
    },
    takes: [['websocket']],
    against: { request: 'speaks-first' },
    rows: [
      'binary',
      'request-streaming',
      'response-streaming',
      'idle-client',
      'application-protocol',
    ],
    late: 100,
    lasts: hour,
    gap: 17,
  },
  translator: {
    answers: { ...usual, speaks: 'pieces' },
    // A streamed response belongs to a request: some name both.
    takes: [['stream'], ['stream', 'request']],
    against: {
      request: 'response-streaming',
      poll: 'response-streaming',
      'poll-list': 'response-streaming',
      'long-poll': 'response-streaming',
      sse: 'survives-a-cut',
      websocket: 'application-protocol',
    },
    rows: [
      'resumes',
      'speaks-first',
      'framing',
      'application-protocol',
      'idle-client',
    ],
    late: 500,
    lasts: 60_000,
    gap: 2_000,
  },
  court: {
    answers: { ...usual, proxies: 'old' },
    takes: [['long-poll']],
    against: { request: 'speaks-first' },
    rows: ['speaks-first', 'framing', 'resumes'],
    late: 500,
    lasts: 24 * hour,
    gap: 5_000,
  },
};

const section = 'lessons/README.md, “Which one, then?”';

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
    const choices = Object.entries(products).map(([name, product]) => ({
      name,
      product,
      choice: choose(product.answers, table),
      theirs: chosen[name],
    }));

    for (const each of choices)
      await trial.step(`${each.name}: what to take`, async () =>
        checkTaken(trial, each),
      );
    for (const each of choices)
      await trial.step(`${each.name}: two rows that decide`, async () =>
        checkRows(trial, each),
      );
    await trial.step('five faults', async () => {
      for (const { name, product, theirs } of choices)
        checkIsFault(trial, name, product, theirs!.fault);
    });

    const found = await tryAll(
      trial,
      choices.map(({ theirs, product: { late, answers, ...product } }) => ({
        way: theirs!.take.find((each) => each !== 'request') ?? 'request',
        fault: asSeenBy(product, theirs!.fault),
        late: late >= hour / 2 ? Infinity : late,
        keepsAll: answers.loss === 'nothing',
      })),
    );
    for (const [index, { name, product, theirs }] of choices.entries())
      await checkFault(trial, name, product, theirs!.fault, found[index]!);
  },
} satisfies Check;

interface Chosen {
  name: string;
  product: Product;
  choice: Choice;
  theirs: Theirs | undefined;
}

const table = tableOver('1.1');
const isSame = (one: Way[], other: Way[]) =>
  one.length === other.length && one.every((way) => other.includes(way));

function checkTaken(
  { fail }: CheckContext,
  { name, product, choice, theirs }: Chosen,
): void {
  const came = JSON.stringify(theirs?.take) ?? 'nothing';
  if (!Array.isArray(theirs?.take) || theirs.take.length === 0)
    return fail({
      title: `${name}: nothing is taken`,
      expected: '{ take: […], rows: […, …], fault: "…" }',
      came: JSON.stringify(theirs) ?? 'nothing',
    });
  const take = [...new Set(theirs.take)];
  const { takes, against } = product;
  if (takes.some((each) => isSame(each, take))) return undefined;
  const unknown = take.find((way) => !Object.hasOwn(ways, way));
  if (unknown !== undefined)
    return fail({
      title: `${name}: there is no way "${unknown}"`,
      expected: Object.keys(ways).join(', '),
      came,
    });
  const right = takes[0]!;
  const other = take.find((way) => !takes.flat().includes(way));
  if (other === undefined || right.every((way) => take.includes(way))) {
    const isMissing = take.length < right.length;
    return fail({
      title: isMissing
        ? `${name}: a way is missing`
        : `${name}: one way is too many`,
      expected: isMissing
        ? `${right.length} ways: one for the server’s news, one for what the page sends`
        : `${right.length === 1 ? 'one way' : 'two ways'}: ${cellsOf(right, 'speaks-first')}`,
      came: isMissing ? `${came}: ${cellsOf(take, 'speaks-first')}` : came,
      section,
    });
  }
  const lack =
    choice.out.find((each) => each.way === other) ??
    ({
      way: other,
      row: against[other] ?? 'speaks-first',
      column: ways[other].column,
      word: table(against[other] ?? 'speaks-first', ways[other].column),
    } satisfies Lack);
  const isOut = choice.out.some((each) => each.way === other);
  return fail({
    title: isOut
      ? `${name}: ${other} is ruled out`
      : `${name}: ${other} would do, but a simpler way does, too`,
    expected: isOut
      ? 'a way that no row of the table rules out'
      : `the way that leaves the least to write: ${cellsOf(right, lack.row)}`,
    came: lackInWords(lack, (row) => questionOf(row)!),
    tryIt: `pnpm compare --claims --only ${lack.row}`,
    section,
  });
}

/** What the table says about these ways in a row. */
const cellsOf = (take: Way[], row: string) =>
  take
    .map((way) => `${ways[way].title}: “${table(row, ways[way].column)}”`)
    .join('; ');

function checkRows(
  { fail }: CheckContext,
  { name, product, choice, theirs }: Chosen,
): void {
  const { rows, take } = theirs!;
  const came = JSON.stringify(rows) ?? 'nothing';
  if (!Array.isArray(rows) || new Set(rows).size < 2)
    return fail({
      title: `${name}: two rows are needed`,
      expected: 'the ids of two rows of the table',
      came,
      tryIt: 'pnpm compare --claims',
    });
  for (const row of rows) {
    const title = titleOfRow(row);
    if (title === undefined)
      return fail({
        title: `${name}: the table has no row "${row}"`,
        expected: 'the id of a row, such as "resumes"',
        came,
        tryIt: `pnpm compare --claims --only ${row}`,
      });
    if ([...choice.decided, ...product.rows].includes(row)) continue;
    const others = new Set(
      Object.values(ways).map(({ column }) => table(row, column)),
    );
    fail({
      title: `${name}: “${title}” does not decide it`,
      expected:
        'a row in which your way has what the product needs, and another has not',
      came: `${cellsOf(take, row)}; ${others.size === 1 ? 'all others say the same' : 'what others have there is not needed here, or your way lacks it'}`,
      tryIt: `pnpm compare --claims --only ${row}`,
    });
  }
  return undefined;
}

function checkIsFault(
  { fail }: CheckContext,
  name: string,
  product: Product,
  fault: string,
): void {
  const wrong = whatIsWrongWith(fault);
  if (wrong !== undefined)
    fail({
      title: `${name}: “${fault}” is not a fault`,
      expected: 'the name of a fault and its numbers, as after --fault',
      came: wrong,
    });
  // Nobody measures for half an hour what comes after some seconds.
  if (product.late >= hour / 2 && onlyLate.test(fault))
    fail({
      ...harmless(name, product, fault),
      came: 'all come, some of them a bit later',
    });
}

/**
 * What has hurt a way. If you change one choice, you do not have to wait for
 * all five.
 */
const measured = new Map<string, Tried>();

/** Measures what is not measured yet, all at once: each waits most of the time. */
async function tryAll(trial: CheckContext, trials: Trial[]): Promise<Tried[]> {
  const nameOf = (each: Trial) => JSON.stringify([trial.engine, each]);
  const found = new Map(measured);
  const left = trials.filter((each) => !found.has(nameOf(each)));
  try {
    const tried = left.length > 0 ? await tryUnder(left, trial.page()) : [];
    for (const [at, each] of left.entries()) {
      found.set(nameOf(each), tried[at]!);
      if (tried[at]!.hurts) measured.set(nameOf(each), tried[at]!);
    }
    return trials.map((each) => found.get(nameOf(each))!);
  } catch (error) {
    if (!(error instanceof NotMeasured)) throw error;
    return trial.fail({
      title: 'Your faults were not measured: check again',
      details: error.message,
    });
  }
}

/** Faults that make an update late, and never lose one. */
const onlyLate =
  /^(?:(?:up|down):)?(?:latency|stall|joiner|slicer|slow-close|bandwidth)\b/;

/**
 * A fault as the product meets it. Nobody waits here for `after:5s`: where a
 * connection lasts longer than that, it strikes almost at once; where updates
 * are further apart than a connection may be idle, it always is.
 */
function asSeenBy(
  { lasts, gap }: Pick<Product, 'lasts' | 'gap'>,
  fault: string,
): string {
  return fault.replace(
    /after:(\d+(?:\.\d+)?)(ms|s|min)\b/,
    (text, amount: string, unit: 'ms' | 's' | 'min') => {
      const ms = Number(amount) * { ms: 1, s: 1_000, min: 60_000 }[unit];
      if (/^idle\b/.test(fault)) return ms < gap ? 'after:10ms' : text;
      return ms < lasts ? `after:${Math.min(ms, 200)}ms` : text;
    },
  );
}

async function checkFault(
  trial: CheckContext,
  name: string,
  product: Product,
  fault: string,
  { id, words, hurts }: Tried,
): Promise<void> {
  await trial.step(`${name}: a fault that hurts it`, async () => {
    if (hurts) return;
    trial.fail({
      ...harmless(name, product, fault),
      came: words,
      tryIt: `pnpm compare --quick --only ${id} --fault ${fault}`,
    });
  });
}

const harmless = (
  name: string,
  { late, answers }: Product,
  fault: string,
): FailureParts => ({
  title: `${name}: that does not hurt it`,
  sent: fault,
  expected: `an update that ${answers.loss === 'nothing' ? 'is lost' : 'never comes'}, or comes ${late >= hour / 2 ? 'half an hour' : `${late} ms`} later`,
});
