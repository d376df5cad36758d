import { describe, expect, test } from '@jest/globals';
import { columns, type Column } from '../claims/columns.ts';
import { rows } from '../claims/rows/rows.ts';
import { choose, type Table } from '../choosing/choose.ts';
import { lackInWords, partsInWords } from '../choosing/in-words.ts';
import { products } from '../choosing/products.ts';
import { tableOver, titleOf } from '../choosing/table.ts';
import {
  questions,
  unanswered,
  type Answers,
  type Question,
} from '../choosing/questions.ts';

const [table, overHttp2] = [tableOver('1.1'), tableOver('2')];

/** What a person who knows the field would take, and what decides it. */
const expected: Record<keyof typeof products, [string, string[]]> = {
  board: ['Server-Sent Events', ['speaks-first', 'survives-a-cut', 'resumes']],
  weather: ['polling, with ETag', ['passes-caches', 'idle-client']],
  chat: ['WebSocket; a request for the files', ['speaks-first', 'framing']],
  auction: [
    'Server-Sent Events for the news; a request for what the page says and ' +
      'for what may be kept',
    ['speaks-first', 'passes-caches', 'survives-a-cut', 'resumes'],
  ],
  assistant: [
    'a streamed answer, read by fetch',
    ['response-streaming', 'survives-a-cut'],
  ],
  drawing: ['WebSocket', ['speaks-first', 'framing']],
  radar: ['WebSocket', ['speaks-first', 'binary', 'framing']],
  album: ['a request', ['passes-caches', 'speaks-first']],
  alarm: ['Server-Sent Events', ['resumes', 'survives-a-cut']],
  bank: [
    'long polling for the news; a request for what the page says and ' +
      'for the files',
    ['speaks-first', 'buffering-proxy', 'application-protocol'],
  ],
  clinic: ['WebSocket', ['speaks-first', 'buffering-proxy', 'framing']],
  ticker: ['polling, with ETag', ['passes-caches', 'idle-client']],
  sensors: ['WebSocket', ['request-streaming', 'speaks-first', 'framing']],
};

describe.each(Object.entries(products))('%s', (name, { answers }) => {
  const [parts, decided] = expected[name as keyof typeof products];

  test('gets what fits it, over either version of HTTP', () => {
    for (const each of [table, overHttp2]) {
      const choice = choose(answers, each);
      expect(partsInWords(choice)).toBe(parts);
      expect(choice.decided.toSorted()).toEqual(decided.toSorted());
      expect(choice.compromise).toBe(false);
    }
  });
});

test('narrows with each answer, and rules nothing out before the first', () => {
  expect(choose({}, table)).toMatchObject({
    fits: ['xhr', 'fetch', 'sse', 'websocket'],
    out: [],
  });
  let answers: Answers = {};
  let left = 4;
  const { answers: all } = products.clinic;
  for (const question of Object.keys(questions) as Question[]) {
    answers = { ...answers, [question]: all[question] };
    const { fits } = choose(answers, table);
    expect(fits.length).toBeLessThanOrEqual(left);
    left = fits.length;
  }
  expect(choose(all, table).fits).toEqual(['xhr', 'fetch', 'websocket']);
  expect(unanswered(all)).toEqual([]);
  expect(unanswered({ pace: 'many' })).toEqual(
    Object.keys(questions).filter((name) => name !== 'pace'),
  );
});

test('says what was ruled out, by which row', () => {
  const { out } = choose(products.bank.answers, table);
  expect(out.map((lack) => lackInWords(lack, (row) => titleOf(row)!))).toEqual([
    'polling, with ETag: “Who may speak first” says “the page”',
    'a streamed answer, read by fetch: “Works through a buffering proxy” says “at the end”',
    'Server-Sent Events: “Works through a buffering proxy” says “no”',
    'WebSocket: “Application transport protocol” says “WebSocket”',
  ]);
});

test('what a browser shows decides, not what was expected', () => {
  const { answers } = products.radar;
  const reads: Table = (row, column) =>
    row === 'binary' && column === 'sse' ? 'yes' : table(row, column);
  expect(partsInWords(choose(answers, reads))).toBe('Server-Sent Events');
});

test('where nothing does all of it, it says so, and takes two', () => {
  const choice = choose({ ...products.chat.answers, proxies: 'old' }, table);
  expect(choice.compromise).toBe(true);
  expect(partsInWords(choice)).toBe(
    'long polling for the news; a request for what the page says and ' +
      'for the files',
  );
  expect(choice.out.map(({ way }) => way)).toContain('websocket');

  const sensors = { ...products.sensors.answers, proxies: 'old' } as const;
  expect(choose(sensors, table)).toMatchObject({
    compromise: true,
    parts: [{ what: 'all', way: 'request' }],
  });
});

test('reminds of what the table says of the chosen way', () => {
  const { answers } = products.board;
  const many = { row: 'many-to-one', column: 'sse' };
  expect(choose(answers, table).mind).toContainEqual(many);
  expect(choose(answers, overHttp2).mind).not.toContainEqual(many);
});

test('a crowd is not asked again and again, and costs memory', () => {
  const crowd = { clients: 'ten-thousands' } as const;
  const bank = choose({ ...products.bank.answers, ...crowd }, table);
  expect(bank.compromise).toBe(true);
  expect(bank.out).toContainEqual({
    way: 'long-poll',
    row: 'idle-client',
    column: 'fetch',
    word: 'a question each time',
  });
  for (const name of ['board', 'chat'] as const) {
    const { answers } = products[name];
    const rowsOf = (all: Answers) =>
      choose(all, table).mind.map(({ row }) => row);
    expect(rowsOf(answers)).not.toContain('compression');
    expect(rowsOf({ ...answers, ...crowd })).toEqual([
      ...rowsOf(answers),
      'compression',
      'idle-client',
    ]);
  }
});

test('always has an answer, and two rows for it that are in the table', () => {
  const ids = new Set(rows.map(({ id }) => id));
  const names = Object.keys(questions) as Question[];
  const all = names.reduce<Answers[]>(
    (made, name) =>
      made.flatMap((answers) =>
        Object.keys(questions[name].answers).map((answer) => ({
          ...answers,
          [name]: answer,
        })),
      ),
    [{}],
  );
  expect(all).toHaveLength(5 * 3 ** 6);
  for (const answers of all) {
    const { parts, decided, fits, mind } = choose(answers, table);
    expect(parts.length).toBeGreaterThan(0);
    expect(decided.length).toBeGreaterThanOrEqual(2);
    expect(decided.every((row) => ids.has(row))).toBe(true);
    expect(mind.every(({ row }) => ids.has(row))).toBe(true);
    expect(fits.every((column: Column) => column in columns)).toBe(true);
  }
});
