/**
 * Which way to talk fits a product. What a way can do is not written here: it
 * is looked up in the table of claims, so what a browser shows decides.
 */
import { columns, type Column } from '../claims/columns.ts';
import type { Answers } from './questions.ts';

/** Each with its column, and its name after `pnpm compare --only`. */
export const ways = {
  request: { title: 'a request', column: 'fetch', id: 'polling' },
  poll: { title: 'polling, with ETag', column: 'fetch', id: 'conditional' },
  'long-poll': { title: 'long polling', column: 'fetch', id: 'long-polling' },
  stream: {
    title: 'a streamed answer, read by fetch',
    column: 'fetch',
    id: 'streamed',
  },
  sse: { title: 'Server-Sent Events', column: 'sse', id: 'sse' },
  websocket: { title: 'WebSocket', column: 'websocket', id: 'websocket' },
} as const satisfies Record<
  string,
  { title: string; column: Column; id: string }
>;
/** The name of one of them. */
export type Way = keyof typeof ways;

/** The table: what a row says today of a column, in a word. */
export type Table = (row: string, column: Column) => string;

/** What a way lacks, and where that is said. */
export interface Lack {
  way: Way;
  row: string;
  column: Column;
  word: string;
}

/** One part of what a product says, and the way for it. */
export interface Part {
  what: 'all' | 'news' | 'says' | 'files' | 'kept';
  way: Way;
}

/** What was chosen, and why. */
export interface Choice {
  /** What to take; several parts where one way is not the best for all. */
  parts: Part[];
  /** What was ruled out, and by which row: the first that did. */
  out: Lack[];
  /** The rows that decided: what the chosen way has, or a simpler one lacks. */
  decided: string[];
  /** The columns in which something is left that would do. */
  fits: Column[];
  /** Whether nothing does all of it, and this comes nearest. */
  compromise: boolean;
  /** What to keep in mind of the chosen way. */
  mind: { row: string; column: Column }[];
}

interface Rule {
  row: string;
  /** Whom it concerns. */
  ways: readonly Way[];
  /** When it is asked for. */
  when(answers: Answers): boolean;
  /** Whether what the row says will do. */
  fits(word: string): boolean;
  /** Whose cell it is, where that is not the way's own. */
  column?: Column;
}

const listens = ({ speaks }: Answers) =>
  speaks === 'news' || speaks === 'news-asks' || speaks === 'both';
const isYes = (word: string) => word === 'yes';
const isNot = (word: string) => (found: string) => found !== word;

const rules: readonly Rule[] = [
  {
    row: 'speaks-first',
    ways: ['sse'],
    when: ({ speaks }) => speaks === 'asks',
    fits: isNot('the server, once asked'),
  },
  {
    row: 'speaks-first',
    ways: ['poll', 'long-poll', 'stream', 'sse'],
    when: ({ speaks }) => speaks === 'both',
    fits: (word) => word === 'both',
  },
  {
    row: 'passes-caches',
    ways: ['sse', 'websocket'],
    when: ({ cached }) => cached === 'all',
    fits: isYes,
  },
  {
    // An answer that is awaited, or has no end, is for one reader only.
    row: 'passes-caches',
    ways: ['long-poll', 'stream'],
    when: (answers) => answers.cached === 'all' && listens(answers),
    fits: isYes,
    column: 'sse',
  },
  {
    // If a client polls every minute, it is at most a minute late; so is a cache.
    row: 'speaks-first',
    ways: ['poll'],
    when: ({ pace, cached }) =>
      (pace === 'seconds' || pace === 'many') && cached !== 'all',
    fits: isNot('the page'),
  },
  {
    // Polling tells what is, not what has happened.
    row: 'resumes',
    ways: ['poll'],
    when: ({ loss, cached }) => loss === 'nothing' && cached !== 'all',
    fits: isYes,
  },
  {
    row: 'idle-client',
    ways: ['long-poll'],
    when: ({ pace, clients }) => pace === 'many' || clients === 'ten-thousands',
    fits: isNot('a question each time'),
  },
  {
    row: 'request-streaming',
    ways: ['request'],
    when: ({ speaks, pace }) => speaks === 'asks' && pace === 'many',
    fits: isYes,
  },
  {
    row: 'binary',
    ways: ['request', 'poll', 'long-poll', 'stream', 'sse', 'websocket'],
    when: ({ kind }) => kind === 'binary',
    fits: isYes,
  },
  {
    row: 'response-streaming',
    ways: ['stream', 'sse', 'websocket'],
    when: (answers) => listens(answers) || answers.speaks === 'pieces',
    fits: isYes,
  },
  {
    row: 'buffering-proxy',
    ways: ['stream', 'sse', 'websocket'],
    when: ({ proxies }) => proxies === 'buffering' || proxies === 'old',
    fits: isYes,
  },
  {
    row: 'application-protocol',
    ways: ['websocket'],
    when: ({ proxies }) => proxies === 'old',
    fits: (word) => word === 'HTTP',
  },
];

/** Who is asked, in the order of what is left to write: the first that does. */
const simplestFirst = {
  asks: ['request', 'websocket', 'sse'],
  pieces: ['stream', 'sse', 'websocket', 'request'],
  news: ['poll', 'sse', 'websocket', 'stream', 'long-poll'],
  'news-asks': ['poll', 'sse', 'websocket', 'stream', 'long-poll'],
  both: ['websocket'],
} as const satisfies Record<string, readonly Way[]>;

/** What speaks for a way by itself, beside what others lack. */
const strengths: Record<Way, readonly string[]> = {
  request: ['speaks-first', 'passes-caches'],
  poll: ['idle-client', 'passes-caches'],
  'long-poll': ['application-protocol', 'buffering-proxy'],
  // An EventSource would ask once more when the answer is over.
  stream: ['response-streaming', 'survives-a-cut'],
  sse: ['survives-a-cut', 'resumes'],
  websocket: ['speaks-first', 'framing'],
};

interface Reminder {
  way: Way;
  row: string;
  /** What the row must say for it. */
  word: RegExp;
  when?(answers: Answers): boolean;
}
const isCrowd = ({ clients }: Answers) => clients === 'ten-thousands';

/** What to keep in mind of a way, where the table says this. */
const reminders: readonly Reminder[] = [
  { way: 'request', row: 'cannot-see', word: /./ },
  { way: 'poll', row: 'cannot-see', word: /./ },
  { way: 'long-poll', row: 'many-to-one', word: /^six/ },
  { way: 'stream', row: 'survives-a-cut', word: /^no/ },
  { way: 'stream', row: 'many-to-one', word: /^six/ },
  { way: 'sse', row: 'many-to-one', word: /^six/ },
  { way: 'sse', row: 'buffering-proxy', word: /^no/ },
  { way: 'sse', row: 'cannot-see', word: /./ },
  { way: 'sse', row: 'compression', word: /^yes/, when: isCrowd },
  { way: 'sse', row: 'idle-client', word: /./, when: isCrowd },
  { way: 'websocket', row: 'survives-a-cut', word: /^no/ },
  { way: 'websocket', row: 'resumes', word: /^no/ },
  { way: 'websocket', row: 'cross-origin', word: /^none/ },
  { way: 'websocket', row: 'compression', word: /^yes/, when: isCrowd },
  { way: 'websocket', row: 'idle-client', word: /./, when: isCrowd },
];

/**
 * Chooses. Questions that are not answered yet rule nothing out.
 *
 * @param table what the rows of the table say, by their ids
 */
export function choose(answers: Answers, table: Table): Choice {
  const out = lacksOf(answers, table);
  const isOut = (way: Way) => out.some((lack) => lack.way === way);
  const asked: readonly Way[] = answers.speaks
    ? simplestFirst[answers.speaks]
    : (Object.keys(ways) as Way[]);
  const left = asked.filter((way) => !isOut(way));
  // One connection does not do all of it: then two do.
  if (left.length === 0 && answers.speaks === 'both') {
    const two = choose({ ...answers, speaks: 'news-asks' }, table);
    const decided = unique(['speaks-first', ...two.decided]);
    return { ...two, out, decided, compromise: true };
  }
  const way = left[0] ?? (listens(answers) ? 'long-poll' : 'request');
  const simpler = asked.slice(0, asked.indexOf(way));
  const { column } = ways[way];
  return {
    parts: partsOf(answers, way),
    out,
    fits: columnsOf(left),
    compromise: left.length === 0,
    decided: unique([
      ...out.filter((lack) => simpler.includes(lack.way)).map(({ row }) => row),
      ...(answers.cached && answers.cached !== 'no' ? ['passes-caches'] : []),
      ...strengths[way],
    ]),
    mind: reminders
      .filter(
        (each) =>
          each.way === way &&
          each.word.test(table(each.row, column)) &&
          (each.when?.(answers) ?? true),
      )
      .map(({ row }) => ({ row, column })),
  };
}

/** XMLHttpRequest does what fetch does, but for reading as it comes. */
function columnsOf(left: readonly Way[]): Column[] {
  const found = new Set<Column>(left.map((way) => ways[way].column));
  if (left.some((way) => ways[way].column === 'fetch' && way !== 'stream'))
    found.add('xhr');
  return (Object.keys(columns) as Column[]).filter((each) => found.has(each));
}

function lacksOf(answers: Answers, table: Table): Lack[] {
  const lacks = new Map<Way, Lack>();
  for (const { row, ways: whom, when, fits, column } of rules) {
    if (!when(answers)) continue;
    for (const way of whom) {
      const cell = { row, column: column ?? ways[way].column };
      const word = table(cell.row, cell.column);
      if (!fits(word) && !lacks.has(way))
        lacks.set(way, { way, ...cell, word });
    }
  }
  return [...lacks.values()];
}

function partsOf({ speaks, kind, cached }: Answers, way: Way): Part[] {
  const parts: Part[] = [];
  // What can carry both carries both.
  const isMixed = speaks === 'news-asks' || speaks === 'both';
  if (isMixed && way !== 'websocket')
    parts.push({ what: 'news', way }, { what: 'says', way: 'request' });
  else parts.push({ what: 'all', way });
  if (way === 'request' || way === 'poll') return parts;
  if (kind === 'files') parts.push({ what: 'files', way: 'request' });
  if (cached === 'part') parts.push({ what: 'kept', way: 'request' });
  return parts;
}

const unique = (rows: string[]) => [...new Set(rows)];
