import { describe, expect, test } from '@jest/globals';
import { columns, type Column } from '../claims/columns.ts';
import { rows } from '../claims/rows/rows.ts';
import { choose, type Table } from '../choosing/choose.ts';
import { beyondTheTable } from '../choosing/beyond.ts';
import {
  lackInWords,
  partsInWords,
  reminderInWords,
} from '../choosing/in-words.ts';
import { products } from '../choosing/products.ts';
import { readOn } from '../choosing/read-on.ts';
import { questionOf, tableOver } from '../choosing/table.ts';
import {
  questions,
  unanswered,
  type Answers,
  type Question,
} from '../choosing/questions.ts';

const [table, overHttp2] = [tableOver('1.1'), tableOver('2')];

/** What an expert would take, and the rows that decide. */
const expected: Record<keyof typeof products, [string, string[]]> = {
  board: ['Server-Sent Events', ['speaks-first', 'survives-a-cut', 'resumes']],
  weather: ['polling, with ETag', ['passes-caches', 'idle-client']],
  chat: ['WebSocket; a request for the files', ['speaks-first', 'framing']],
  auction: [
    'Server-Sent Events for the news; a request for what the page sends and ' +
      'for what caches may keep',
    ['speaks-first', 'passes-caches', 'survives-a-cut', 'resumes'],
  ],
  assistant: [
    'a streamed response, read with fetch',
    ['response-streaming', 'survives-a-cut'],
  ],
  drawing: ['WebSocket', ['speaks-first', 'framing']],
  radar: ['WebSocket', ['speaks-first', 'binary', 'framing']],
  album: ['a request', ['passes-caches', 'speaks-first']],
  alarm: ['Server-Sent Events', ['speaks-first', 'resumes', 'survives-a-cut']],
  bank: [
    'long polling for the news; a request for what the page sends and ' +
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

const sentencesOf = (answers: Answers) =>
  choose(answers, table).out.map((lack) =>
    lackInWords(lack, (row) => questionOf(row)!),
  );

test('says in sentences what was ruled out, and why', () => {
  expect(sentencesOf(products.bank.answers)).toEqual([
    'Polling, with ETag: Who may speak first? The page.',
    'Polling a list of updates, by their ids: Who may speak first? The page.',
    'A streamed response, read with fetch: Does it work through a buffering proxy? At the end.',
    'Server-Sent Events: Does it work through a buffering proxy? In clumps.',
    'WebSocket: Which protocol do the bytes speak? WebSocket.',
  ]);
});

test('says in sentences what to keep in mind', () => {
  const cell = { question: questionOf('survives-a-cut')!, word: 'no' };
  expect(reminderInWords(cell, 'close fires.')).toBe(
    'Does it survive a cut by itself? No: close fires.',
  );
});

/** A product as somebody describes it, and what an expert says to it. */
interface Case {
  answers: Required<Answers>;
  /** What to take, and rows that are kept in mind. */
  takes: string;
  mind?: string[];
  /** Words of what is mentioned beyond the table. */
  beyond?: string;
  compromise?: true;
}

const usual = {
  speaks: 'news',
  pace: 'seconds',
  kind: 'text',
  cached: 'no',
  clients: 'thousands',
  loss: 'nothing',
  proxies: 'calm',
} as const satisfies Answers;

const cases: Record<string, Case> = {
  'A notification bell in 50,000 tabs, and none may be lost: an event stream, and Web Push for closed pages':
    {
      answers: { ...usual, pace: 'minutes', clients: 'ten-thousands' },
      takes: 'Server-Sent Events',
      mind: ['idle-client'],
      beyond: 'Push API',
    },
  'A shooter, 30 positions a second both ways, late ones worthless: WebSocket where datagrams are not to be had':
    {
      answers: {
        ...usual,
        speaks: 'both',
        pace: 'many',
        kind: 'binary',
        clients: 'hundreds',
        loss: 'older',
      },
      takes: 'WebSocket',
      beyond: 'WebTransport',
    },
  'What a language model writes, word by word, behind nginx of one’s own: a streamed response, and a line for nginx':
    {
      answers: { ...usual, speaks: 'pieces', pace: 'many', proxies: 'own' },
      takes: 'a streamed response, read with fetch',
      mind: ['buffering-proxy'],
    },
  'News that many may share, and none may be lost: a cacheable list with ids, since a state would lose events':
    {
      answers: { ...usual, pace: 'minutes', cached: 'all' },
      takes: 'polling a list of updates, by their ids',
      mind: ['resumes'],
      beyond: 'Push API',
    },
  'A live score for a million, five seconds late at most: a state, polled through a cache':
    {
      answers: {
        ...usual,
        cached: 'all',
        clients: 'ten-thousands',
        loss: 'older',
      },
      takes: 'polling, with ETag',
    },
  'A trading desk, binary, the newest price counts: WebSocket': {
    answers: {
      ...usual,
      speaks: 'news-asks',
      pace: 'many',
      kind: 'binary',
      clients: 'hundreds',
      loss: 'older',
    },
    takes: 'WebSocket',
    mind: ['cross-origin'],
  },
  'A support chat behind old proxies: long polling and requests, as a compromise':
    {
      answers: { ...usual, speaks: 'both', proxies: 'old' },
      takes: 'long polling for the news; a request for what the page sends',
      compromise: true,
    },
  'Uploads of 2 GB from phones: requests, but resumable ones': {
    answers: {
      ...usual,
      speaks: 'asks',
      pace: 'minutes',
      kind: 'binary',
    },
    takes: 'a request',
    beyond: 'resumable',
  },
  'The log of a build in a browser, every line of it, behind a proxy of one’s own: an event stream, and a line for the proxy':
    {
      answers: { ...usual, pace: 'many', clients: 'hundreds', proxies: 'own' },
      takes: 'Server-Sent Events',
      mind: ['buffering-proxy', 'many-to-one'],
    },
  'Price alerts for customers whose own networks buffer: WebSocket, whose bytes are passed on':
    {
      answers: { ...usual, proxies: 'buffering' },
      takes: 'WebSocket',
      mind: ['survives-a-cut', 'resumes'],
    },
  'A dashboard with other figures for each user, new every few minutes: a state, polled':
    {
      answers: { ...usual, pace: 'minutes', loss: 'older' },
      takes: 'polling, with ETag',
    },
  'A text that several people edit: WebSocket, and ids of its own': {
    answers: { ...usual, speaks: 'both', pace: 'many', clients: 'hundreds' },
    takes: 'WebSocket',
    mind: ['survives-a-cut', 'resumes'],
  },
  'A live ticker of a match for a million, every goal of it, through a CDN: a cacheable list with ids':
    {
      answers: { ...usual, cached: 'all', clients: 'ten-thousands' },
      takes: 'polling a list of updates, by their ids',
    },
  'The same ticker with an archive that does not change: an event stream, and requests that caches may keep':
    {
      answers: { ...usual, cached: 'part' },
      takes: 'Server-Sent Events; a request for what caches may keep',
    },
  'A microphone that a page sends while the server writes down the words: WebSocket':
    {
      answers: {
        ...usual,
        speaks: 'both',
        pace: 'many',
        kind: 'binary',
        clients: 'hundreds',
        loss: 'some',
      },
      takes: 'WebSocket',
      beyond: 'WebTransport',
    },
  'A search in documentation, the same results for all: a request that caches may keep':
    {
      answers: { ...usual, speaks: 'asks', cached: 'all', loss: 'older' },
      takes: 'a request',
    },
};

describe('as an expert would choose', () => {
  test.each(Object.entries(cases))('%s', (_what, wanted) => {
    const { answers, takes, mind = [], beyond, compromise = false } = wanted;
    for (const each of [table, overHttp2]) {
      const choice = choose(answers, each);
      expect(partsInWords(choice)).toBe(takes);
      expect(choice.compromise).toBe(compromise);
    }
    const kept = choose(answers, table).mind.map(({ row }) => row);
    expect(kept).toEqual(expect.arrayContaining(mind));
    if (beyond === undefined) expect(beyondTheTable(answers)).toEqual([]);
    else expect(beyondTheTable(answers).join(' ')).toContain(beyond);
  });

  test('a proxy of one’s own rules nothing out', () => {
    for (const { answers } of Object.values(products)) {
      const [calm, own] = (['calm', 'own'] as const).map((proxies) =>
        choose({ ...answers, proxies }, table),
      );
      expect(own!.parts).toEqual(calm!.parts);
      expect(own!.out).toEqual(calm!.out);
    }
  });

  test.each([
    ['assistant', ['sse step-7', 'xhr question-how-do-i-test-this']],
    [
      'chat',
      [
        'xhr uploads',
        'websocket wss',
        'websocket step-7',
        'sse deploy',
        'websocket question-how-do-i-test-this',
      ],
    ],
    ['album', ['xhr step-6', 'xhr uploads', 'xhr question-how-do-i-test-this']],
    ['weather', ['xhr step-6', 'xhr question-how-do-i-test-this']],
    ['board', ['sse deploy', 'sse question-how-do-i-test-this']],
  ] as const)('who makes %s is led to what they will ask', (name, places) => {
    const { answers } = products[name];
    expect(
      readOn(answers, choose(answers, table)).map(
        ({ lesson, hash }) => `${lesson} ${hash}`,
      ),
    ).toEqual(places);
  });

  test('if nothing may be lost, a state is never polled', () => {
    for (const answers of everyAnswer())
      if (answers.loss === 'nothing')
        expect(choose(answers, table).parts).not.toContainEqual(
          expect.objectContaining({ way: 'poll' }),
        );
  });
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
    'long polling for the news; a request for what the page sends and ' +
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

test('a crowd does not poll, and costs memory', () => {
  const crowd = { clients: 'ten-thousands' } as const;
  const bank = choose({ ...products.bank.answers, ...crowd }, table);
  expect(bank.compromise).toBe(true);
  expect(bank.out).toContainEqual({
    way: 'long-poll',
    row: 'idle-client',
    column: 'fetch',
    word: 'a request each time',
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

/** Each way to answer all the questions. */
const everyAnswer = () =>
  (Object.keys(questions) as Question[]).reduce<Answers[]>(
    (made, name) =>
      made.flatMap((answers) =>
        Object.keys(questions[name].answers).map((answer) => ({
          ...answers,
          [name]: answer,
        })),
      ),
    [{}],
  );

test('always finds a way, and two rows for it that are in the table', () => {
  const ids = new Set(rows.map(({ id }) => id));
  const all = everyAnswer();
  expect(all).toHaveLength(5 * 3 ** 5 * 4);
  for (const answers of all) {
    const { parts, decided, fits, mind } = choose(answers, table);
    expect(parts.length).toBeGreaterThan(0);
    expect(decided.length).toBeGreaterThanOrEqual(2);
    expect(decided.every((row) => ids.has(row))).toBe(true);
    expect(mind.every(({ row }) => ids.has(row))).toBe(true);
    expect(fits.every((column: Column) => column in columns)).toBe(true);
  }
});
