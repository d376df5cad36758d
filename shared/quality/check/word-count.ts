/** How many words of a Markdown text there are to read, and where. */
import { findEngineLists } from '@on-the-wire/course/texts/by-engine.ts';
import { parser } from './markdown.ts';

/** The words of a text by where they stand. */
export interface WordCount {
  /** All of them, fences and folds included. */
  all: number;
  /** Those that everybody reads: neither in a fence nor in a fold. */
  read: number;
  /** Of each fold (<details>) those outside fences, its summary included. */
  folds: { words: number; line: number }[];
}

/**
 * A text without its comments (`<!-- … -->`), which nobody is shown. Line
 * breaks stay; what a fence shows is no comment.
 */
export function withoutComments(text: string): string {
  return text.replaceAll(
    /^\s*(`{3,}|~{3,})[^]*?^\s*\1|<!--[^]*?-->/gm,
    (found) =>
      found.startsWith('<!--') ? found.replaceAll(/[^\n]/g, '') : found,
  );
}

/**
 * Counts what `withoutComments` has left, given as lines. Of sentences by engine
 * the longest counts: nobody is shown two.
 */
export function countWords(text: string[]): WordCount {
  const lines = withLongestItems(text);
  const count: WordCount = { all: 0, read: 0, folds: [] };
  let inFence = false;
  let depth = 0;
  for (const [index, line] of lines.entries()) {
    count.all += wordsOf(line);
    if (/^\s*(```|~~~)/.test(line)) {
      inFence = !inFence;
      continue;
    }
    if (inFence) continue;
    const opened = line.split('<details').length - 1;
    if (opened > 0 && depth === 0)
      count.folds.push({ words: 0, line: index + 1 });
    depth += opened;
    const words = line
      .replaceAll(/<[^>]*>/g, ' ')
      .split(/\s+/)
      .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    const fold = count.folds.at(-1);
    if (depth > 0 && fold) fold.words += words;
    else count.read += words;
    depth -= line.split('</details>').length - 1;
  }
  return count;
}

function withLongestItems(lines: string[]): string[] {
  const left = [...lines];
  for (const { items } of findEngineLists(parser.parse(lines.join('\n'), {}))) {
    const words = items.map(({ lines: [from, to] }) =>
      wordsOf(lines.slice(from, to).join(' ')),
    );
    const longest = words.indexOf(Math.max(...words));
    for (const [
      at,
      {
        lines: [from, to],
      },
    ] of items.entries())
      if (at !== longest) left.fill('', from, to);
  }
  return left;
}

const wordsOf = (text: string) =>
  text.split(/\s+/).filter((word) => word !== '').length;
