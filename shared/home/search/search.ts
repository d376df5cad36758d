/** Finds what the course says of a word. */
import MiniSearch from 'minisearch';
import { readEntries, type SearchEntry } from './entries.ts';

/** An entry that was found. */
export interface Hit {
  entry: SearchEntry;
  /** The block that says most of it, and which parts of that were looked for. */
  block: { text: string; line: number };
  /** Pairs of offsets into the block's text, in their order. */
  marks: [from: number, to: number][];
}

/** Looks for words, the best hit first. */
export interface Search {
  /**
   * @param query what somebody typed; all its words must be found
   * @param most how many hits are wanted
   */
  find(query: string, most?: number): Hit[];
  /** Words that the course has and that are spelt much like these. */
  suggest(query: string): string[];
}

/** Reads the course and makes an index of it. It takes some 100 ms. */
export function createSearch(entries: SearchEntry[] = readEntries()): Search {
  const index = new MiniSearch<{ id: number; title: string; text: string }>({
    fields: ['title', 'text'],
    // What is written in one piece, such as Retry-After or wss://, is found by
    // its parts.
    processTerm: stemOf,
    searchOptions: {
      boost: { title: 4 },
      combineWith: 'AND',
      prefix: (term) => term.length > 2,
      boostDocument: (id) => weights[entries[id as number]!.kind],
    },
  });
  index.addAll(
    entries.map(({ title, blocks }, id) => ({
      id,
      title,
      text: blocks.map(({ text }) => text).join('\n'),
    })),
  );
  return {
    find: (query, most = 20) =>
      index
        .search(query)
        .slice(0, most)
        .map(({ id, terms }) => hitIn(entries[id as number]!, terms)),
    suggest: (query) => [
      ...new Set(
        index
          .search(query, { fuzzy: 0.34, prefix: true, combineWith: 'OR' })
          .slice(0, 3)
          .flatMap(({ terms }) => terms),
      ),
    ],
  };
}

/** A term's explanation comes first, a mere mention last. */
const weights: Record<SearchEntry['kind'], number> = {
  term: 4,
  step: 1.5,
  question: 1.5,
  exercise: 1.2,
  fault: 2,
  field: 1.3,
  cell: 1,
};

/** `retries` and `retry`, `headers` and `header` are one word. */
const stemOf = (word: string): string =>
  word
    .toLowerCase()
    .replace(/(?<=\p{L}{2})ies$/u, 'y')
    .replace(/(?<=\p{L}{3})(?<!s)s$/u, '');

function hitIn(entry: SearchEntry, terms: string[]): Hit {
  const looked = entry.blocks.map((block) => ({
    block,
    marks: [...block.text.matchAll(/[\p{L}\p{N}_]+/gu)]
      .filter(([word]) => terms.includes(stemOf(word)))
      .map(({ 0: word, index }): [number, number] => [
        index,
        index + word.length,
      ]),
  }));
  const distinct = ({ block, marks }: (typeof looked)[number]) =>
    new Set(marks.map(([from, to]) => stemOf(block.text.slice(from, to)))).size;
  const [best] = looked.toSorted((a, b) => distinct(b) - distinct(a));
  return { entry, ...(best ?? { block: { text: '', line: 0 }, marks: [] }) };
}
