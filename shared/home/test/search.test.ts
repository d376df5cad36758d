import { describe, expect, test } from '@jest/globals';
import type { TextSection } from '@on-the-wire/course/texts/sections.ts';
import { snippetOf } from '../search/snippet.ts';
import { findInTerminal } from '../search/in-terminal.ts';
import { searchMessage } from '../search/message.ts';
import type { SearchEntry } from '../search/entries.ts';
import { createSearch } from '../search/search.ts';

const course = createSearch();
const first = (query: string) => course.find(query)[0]?.entry;
const at = (section: Partial<TextSection>) =>
  ({
    section: { file: 'bells/README.md', ...section },
    line: 3,
  }) as SearchEntry['place'];
const entry = (
  title: string,
  text: string,
  kind: SearchEntry['kind'] = 'step',
) => ({
  kind,
  title,
  blocks: text.split('\n').map((each, line) => ({ text: each, line })),
  place: at({ title }),
});

describe('a search', () => {
  const search = createSearch([
    entry('Ring', 'A bell.\nA retry, then silence.'),
    entry('Silence', 'Nothing is heard.'),
    entry('retry', 'Trying again.', 'term'),
  ]);
  const titles = (query: string) =>
    search.find(query).map(({ entry: { title } }) => title);

  test('finds the explanation of a term before mentions', () => {
    expect(titles('retry')).toEqual(['retry', 'Ring']);
  });

  test('takes one and several as the same word, in any case', () => {
    expect(titles('RETRIES')).toEqual(['retry', 'Ring']);
    expect(titles('bells')).toEqual(['Ring']);
  });

  test('wants all words, of which the last may be begun', () => {
    expect(titles('retry sil')).toEqual(['Ring']);
    expect(titles('retry heard')).toEqual([]);
  });

  test('shows the block that says most of it, and what was looked for', () => {
    const [{ block, marks } = { block: undefined, marks: [] }] =
      search.find('silence retry');
    expect(block).toEqual({ text: 'A retry, then silence.', line: 1 });
    expect(marks).toEqual([
      [2, 7],
      [14, 21],
    ]);
  });

  test('says what is spelt much like it', () => {
    expect(search.suggest('silense')).toEqual(['silence']);
    expect(search.suggest('xyzzy')).toEqual([]);
  });

  test.each(['', '   ', '"', '*', '\\', '<b>', '__proto__'])(
    'of %j finds nothing, and does not fail',
    (query) => {
      expect(searchMessage(search, query)).toEqual({ hits: [], nearest: [] });
    },
  );
});

test('an excerpt begins near the first mark, and is cut between words', () => {
  const text = `${'long '.repeat(40)}bell ${'tail '.repeat(40)}`;
  const parts = snippetOf(
    { block: { text, line: 1 }, marks: [[200, 204]] },
    60,
  );
  expect(parts).toHaveLength(3);
  expect(parts[0]).toMatch(/^… (long )+$/);
  expect(parts[1]).toBe('bell');
  expect(parts[2]).toMatch(/^( tail)+ …$/);
  expect(parts.join('').length).toBeLessThanOrEqual(60);
});

describe('the course’s search', () => {
  test.each([
    ['Last-Event-ID', 'step'],
    ['silence', 'fault'],
    ['masking key', 'field'],
    ['INITIAL_WINDOW_SIZE', 'field'],
    ['frames however they are cut', 'exercise'],
    ['compression WebSocket', 'cell'],
  ])('finds %s, as %s', (query, kind) => {
    const kinds = course.find(query).map(({ entry: found }) => found.kind);
    expect(kinds).toContain(kind);
  });

  test('leads to a step, an exercise, or a cell', () => {
    const { hits } = searchMessage(course, 'cut');
    const ways = new Set(hits.map(({ to }) => to.kind));
    expect([...ways].sort()).toEqual(['cell', 'exercise', 'lesson']);
    for (const { to } of hits)
      if (to.kind === 'lesson')
        expect(to.hash).toMatch(/^(|([a-z-]+-)?step-\d|[a-z-]+)$/);
  });

  test('leads to a question, in a step or below all of them', () => {
    expect(searchMessage(course, 'one POST twice').hits[0]).toMatchObject({
      kind: 'question',
      title: 'I sent one POST. Can it arrive twice?',
      where: 'XHR and fetch, “What people ask”',
      to: { name: 'xhr', hash: 'question-i-sent-one-post-can-it-arrive-twice' },
    });
    expect(searchMessage(course, 'CONNECTING throw').hits[0]).toMatchObject({
      kind: 'question',
      title: 'Why did send throw?',
      where: 'WebSocket, step 4',
      to: { name: 'websocket', hash: 'question-why-did-send-throw' },
    });
  });

  test('leads into a side trip, whose own command it says', () => {
    const trip = {
      name: 'church-bells',
      title: 'Church bells',
      command: 'npx -y pnpm lesson bells --loud',
    };
    const lesson = { name: 'bells', manifest: { title: 'Bells' } };
    const search = createSearch(
      [undefined, 2].map((step) => ({
        ...entry(step ? 'Ring' : trip.title, 'A clapper.'),
        place: at({
          lesson,
          trip,
          step,
          title: step ? 'Ring' : trip.title,
        } as Partial<TextSection>),
      })),
    );
    const { hits } = searchMessage(search, 'clapper');
    expect(hits).toContainEqual(
      expect.objectContaining({
        where: 'Bells, side trip “Church bells”, step 2',
        to: { kind: 'lesson', name: 'bells', hash: 'church-bells-step-2' },
      }),
    );
    expect(hits).toContainEqual(
      expect.objectContaining({
        where: 'Bells, side trip “Church bells”',
        to: { kind: 'lesson', name: 'bells', hash: 'church-bells' },
      }),
    );
    const { text } = findInTerminal(search, 'clapper', process.stdout);
    expect(text).toContain('pnpm lesson bells --loud\n');
  });

  test('has a place for each fault', () => {
    for (const name of ['latency', 'slow-close', 'not-localhost'])
      expect(first(name)).toBeDefined();
  });
});

describe('in a terminal', () => {
  const find = (query: string) => findInTerminal(course, query, process.stdout);

  test('each hit says where to read on, in at most 80 columns', () => {
    const { text, found } = find('buffering proxy');
    expect(found).toBe(true);
    expect(text).toContain('compare --claims --only buffering-proxy');
    expect(text).toMatch(/lessons\/sse\/README\.md:\d+\n/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThan(100);
  });

  test('nothing says so, with the nearest words', () => {
    const { text, found } = find('silense');
    expect(found).toBe(false);
    expect(text).toMatch(/^Nothing says “silense”\. Did you mean silence/);
  });
});
