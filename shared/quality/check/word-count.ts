/** How many words of a Markdown text there are to read, and where. */

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

/** Counts what `withoutComments` has left, given as lines. */
export function countWords(lines: string[]): WordCount {
  const count: WordCount = { all: 0, read: 0, folds: [] };
  let inFence = false;
  let depth = 0;
  for (const [index, line] of lines.entries()) {
    count.all += line.split(/\s+/).filter((word) => word !== '').length;
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
