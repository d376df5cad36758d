/**
 * Finds a text in a run: in its lines, in what their units carry, whole, and in
 * the fields of those that carry nothing. Capital and small letters are alike.
 * It takes turns, so that a tap forwards and a page scrolls meanwhile, and
 * tells what it has found before it has come to the end.
 */
import { printable, utf8 } from '@on-the-wire/wire/text.ts';
import {
  isUnit,
  type FoundLines,
  type SearchHit,
  type Line,
  type RunReader,
} from '../source.ts';
import { lineText } from './line-text.ts';

/** ms that a search may take before others have their turn. */
const TURN = 20;

/** ms of such turns after which it tells what it has found so far. */
const BATCH = 200;

/** Hits after which it does, counted. */
const MOST_HITS = 1_000;

/** Characters of an excerpt before the text that was found, and in all. */
const BEFORE = 24;
const EXCERPT = 160;

/** Characters of a line's text that are in sight on most screens. */
const IN_SIGHT = 60;

/**
 * Searches the next lines of a run.
 *
 * @param where the text; the number of the first line and of the one after the
 *   last, whether they are kept or not
 * @param signal ends the search after the turn; `next` is then where it stopped
 * @param pause resolves when others have had their turn
 */
export async function find(
  reader: RunReader,
  { text, from, to }: { text: string; from: number; to: number },
  signal?: AbortSignal,
  pause = () => new Promise<void>((resolve) => setTimeout(resolve)),
): Promise<FoundLines> {
  const wanted = text.toLowerCase();
  const end = Math.min(to, reader.end);
  const hits: SearchHit[] = [];
  let next = Math.max(from, reader.first);
  let used = 0;
  while (next < end && used < BATCH && hits.length < MOST_HITS) {
    if (used > 0) await pause();
    if (signal?.aborted) break;
    const began = performance.now();
    while (next < end && performance.now() - began < TURN) {
      const hit = wanted === '' ? undefined : hitOf(reader, next, wanted);
      if (hit) hits.push(hit);
      next += 1;
    }
    used += performance.now() - began;
  }
  return { hits, next };
}

function hitOf(
  reader: RunReader,
  n: number,
  wanted: string,
): SearchHit | undefined {
  const line = reader.line(n);
  if (!line) return undefined;
  const own = lineText(line); // the text at its end
  const at = own.toLowerCase().indexOf(wanted);
  const seen = own.length - textOf(line).length + IN_SIGHT;
  if (at >= 0 && at + wanted.length <= seen) return { n };
  const inside = isUnit(line) ? carried(reader, n, wanted) : undefined;
  if (inside !== undefined) return { n, excerpt: inside };
  return at < 0 ? undefined : { n };
}

const textOf = (line: Line) => (isUnit(line) && line.text) || '';

/** What stands around a text in what a unit carries, or in its fields. */
function carried(
  reader: RunReader,
  n: number,
  wanted: string,
): string | undefined {
  const line = reader.line(n);
  // Its payload is told by others, which are lines too.
  if (!line || !isUnit(line) || (line.layer === 0 && !line.counts))
    return undefined;
  const content = reader.content(n);
  if (content) return excerpt(utf8(content.bytes), wanted);
  const fields = reader.details(n)?.fields ?? [];
  return excerpt(fields.map(({ value }) => value).join('\n'), wanted);
}

/**
 * @param wanted in small letters
 * @returns undefined where it is not there
 */
function excerpt(text: string, wanted: string): string | undefined {
  const small = text.toLowerCase();
  let at = small.indexOf(wanted);
  if (at < 0) return undefined;
  // A few letters are longer when they are small.
  if (small.length !== text.length) at = Math.min(at, text.length);
  const from = wholeFrom(text, Math.max(0, at - BEFORE));
  const to = wholeFrom(text, Math.min(text.length, from + EXCERPT));
  const cut = printable(text.slice(from, to));
  return `${from > 0 ? '…' : ''}${cut}${to < text.length ? '…' : ''}`;
}

/** Never between the two halves of a character. */
function wholeFrom(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code < 0xe000 ? at - 1 : at;
}
