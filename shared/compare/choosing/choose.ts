/**
 * Which way to talk fits a product. What a way can do is not written here: it
 * is looked up in the table of claims, so what a browser shows decides.
 */
import { columns, type Column } from '../claims/columns.ts';
import type { Answers } from './questions.ts';

/** Each with its column, and its id after `pnpm compare --only`. */
export const ways = {
  request: { title: 'a request', column: 'fetch', id: 'polling' },
  poll: { title: 'polling, with ETag', column: 'fetch', id: 'conditional' },
  'poll-list': {
    title: 'polling a list of updates, by their ids',
    column: 'fetch',
    id: 'long-polling',
  },
  'long-poll': { title: 'long polling', column: 'fetch', id: 'long-polling' },
  stream: {
    title: 'a streamed response, read with fetch',
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

/** The table: what a row says today about a column, in a word. */
export type Table = (row: string, column: Column) => string;

/** What a way lacks, and which cell says so. */
export interface Lack {
  way: Way;
  row: string;
  column: Column;
  word: string;
}

/** One part of a product's traffic, and the way for it. */
export interface Part {
  what: 'all' | 'news' | 'says' | 'files' | 'kept';
  way: Way;
}

/** What was chosen, and why. */
export interface Choice {
  /** What to take; several parts where one way is not the best for all. */
  parts: Part[];
  /** What was ruled out, and by which row: the first that did so. */
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
  /** Which ways it concerns. */
  ways: readonly Way[];
  /** When the product needs it. */
  when(answers: Answers): boolean;
  /** Whether a word of the row is good enough. */
  fits(word: string): boolean;
  /** The column of the cell, where that is not the way's own. */
  column?: Column;
}

const listens = ({ speaks }: Answers) =>
  speaks === 'news' || speaks === 'news-asks' || speaks === 'both';
const isYes = (word: string) => word === 'yes';
const isNot = (word: string) => (found: string) => found !== word;
const isCached = ({ cached }: Answers) => cached === 'all';

const rules: readonly Rule[] = [
  {
    row: 'speaks-first',
    ways: ['sse'],
    when: ({ speaks }) => speaks === 'asks',
    fits: isNot('the server, after a request'),
  },
  {
    row: 'speaks-first',
    ways: ['poll', 'poll-list', 'long-poll', 'stream', 'sse'],
    when: ({ speaks }) => speaks === 'both',
    fits: (word) => word === 'both',
  },
  {
    row: 'passes-caches',
    ways: ['sse', 'websocket'],
    when: isCached,
    fits: isYes,
  },
  {
    // A response that is still awaited, or has no end, is for one reader only.
    row: 'passes-caches',
    ways: ['long-poll', 'stream'],
    when: (answers) => isCached(answers) && listens(answers),
    fits: isYes,
    column: 'sse',
  },
  {
    // If a client polls every minute, it is at most a minute late; so is a cache.
    row: 'speaks-first',
    ways: ['poll'],
    when: (answers) =>
      (answers.pace === 'seconds' || answers.pace === 'many') &&
      !isCached(answers),
    fits: isNot('the page'),
  },
  {
    // A polled state shows what is, not what has happened.
    row: 'resumes',
    ways: ['poll'],
    when: ({ loss }) => loss === 'nothing',
    fits: isYes,
  },
  {
    // If no cache may respond, a server that sends its news costs less.
    row: 'speaks-first',
    ways: ['poll-list'],
    when: (answers) => listens(answers) && !isCached(answers),
    fits: isNot('the page'),
  },
  {
    row: 'idle-client',
    ways: ['long-poll'],
    when: ({ pace, clients }) => pace === 'many' || clients === 'ten-thousands',
    fits: isNot('a request each time'),
  },
  {
    row: 'request-streaming',
    ways: ['request'],
    when: ({ speaks, pace }) => speaks === 'asks' && pace === 'many',
    fits: isYes,
  },
  {
    row: 'binary',
    ways: Object.keys(ways) as Way[],
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
    // A proxy of one's own is a line of configuration: it rules nothing out.
    when: ({ proxies }) => proxies === 'buffering' || proxies === 'old',
    fits: (word) => isYes(word) || word === 'if it knows the handshake',
  },
  {
    row: 'application-protocol',
    ways: ['websocket'],
    when: ({ proxies }) => proxies === 'old',
    fits: (word) => word === 'HTTP',
  },
];

/** The ways in the order of how much is left to write. The first that fits is taken. */
const simplestFirst = {
  asks: ['request', 'websocket', 'sse'],
  pieces: ['stream', 'sse', 'websocket', 'request'],
  news: ['poll', 'poll-list', 'sse', 'websocket', 'stream', 'long-poll'],
  'news-asks': ['poll', 'poll-list', 'sse', 'websocket', 'stream', 'long-poll'],
  both: ['websocket'],
} as const satisfies Record<string, readonly Way[]>;

/** The rows that speak for a way, beside what others lack. */
const strengths: Record<Way, readonly string[]> = {
  request: ['speaks-first', 'passes-caches'],
  poll: ['idle-client', 'passes-caches'],
  'poll-list': ['idle-client', 'passes-caches'],
  'long-poll': ['application-protocol', 'buffering-proxy'],
  // An EventSource would send the request again when the response has ended.
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
const isOwn = ({ proxies }: Answers) => proxies === 'own';

/** What to keep in mind of a way, where the table says this. */
const reminders: readonly Reminder[] = [
  { way: 'request', row: 'cannot-see', word: /./ },
  { way: 'poll', row: 'cannot-see', word: /./ },
  // The ids, and what was missed, are the page's own code.
  { way: 'poll-list', row: 'resumes', word: /^no/ },
  { way: 'long-poll', row: 'many-to-one', word: /^six/ },
  { way: 'stream', row: 'survives-a-cut', word: /^no/ },
  { way: 'stream', row: 'many-to-one', word: /^six/ },
  { way: 'stream', row: 'buffering-proxy', word: /^at the end/, when: isOwn },
  { way: 'sse', row: 'many-to-one', word: /^six/ },
  { way: 'sse', row: 'buffering-proxy', word: /^in clumps/ },
  { way: 'sse', row: 'cannot-see', word: /./ },
  { way: 'sse', row: 'compression', word: /^yes/, when: isCrowd },
  { way: 'sse', row: 'idle-client', word: /./, when: isCrowd },
  { way: 'websocket', row: 'survives-a-cut', word: /^no/ },
  { way: 'websocket', row: 'resumes', word: /^no/ },
  { way: 'websocket', row: 'cross-origin', word: /^none/ },
  { way: 'websocket', row: 'buffering-proxy', word: /^if/, when: isOwn },
  { way: 'websocket', row: 'compression', word: /^yes/, when: isCrowd },
  { way: 'websocket', row: 'idle-client', word: /./, when: isCrowd },
];

/**
 * Chooses. A question that is still open rules nothing out.
 *
 * @param table what the rows of the table say, by their ids
 */
export function choose(answers: Answers, table: Table): Choice {
  const out = lacksOf(answers, table);
  const isOut = (way: Way) => out.some((lack) => lack.way === way);
  const candidates: readonly Way[] = answers.speaks
    ? simplestFirst[answers.speaks]
    : (Object.keys(ways) as Way[]);
  const left = candidates.filter((way) => !isOut(way));
  // No one way does all of it: then two do.
  if (left.length === 0 && answers.speaks === 'both') {
    const two = choose({ ...answers, speaks: 'news-asks' }, table);
    const decided = unique(['speaks-first', ...two.decided]);
    return { ...two, out, decided, compromise: true };
  }
  const way = left[0] ?? (listens(answers) ? 'long-poll' : 'request');
  const simpler = candidates.slice(0, candidates.indexOf(way));
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

/** XMLHttpRequest does what fetch does, except for reading a stream. */
function columnsOf(left: readonly Way[]): Column[] {
  const found = new Set<Column>(left.map((way) => ways[way].column));
  if (left.some((way) => ways[way].column === 'fetch' && way !== 'stream'))
    found.add('xhr');
  return (Object.keys(columns) as Column[]).filter((each) => found.has(each));
}

function lacksOf(answers: Answers, table: Table): Lack[] {
  const lacks = new Map<Way, Lack>();
  for (const { row, ways: concerned, when, fits, column } of rules) {
    if (!when(answers)) continue;
    for (const way of concerned) {
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
  // What can carry both directions carries both.
  const isMixed = speaks === 'news-asks' || speaks === 'both';
  if (isMixed && way !== 'websocket')
    parts.push({ what: 'news', way }, { what: 'says', way: 'request' });
  else parts.push({ what: 'all', way });
  if (['request', 'poll', 'poll-list'].includes(way)) return parts;
  if (kind === 'files') parts.push({ what: 'files', way: 'request' });
  if (cached === 'part') parts.push({ what: 'kept', way: 'request' });
  return parts;
}

const unique = (rows: string[]) => [...new Set(rows)];
