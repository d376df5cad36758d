import { stripVTControlCharacters } from 'node:util';

/**
 * Breaks words into lines for a terminal.
 *
 * @param width the columns that a line may take; a longer word stands alone
 */
export function wrap(words: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words.split(' ')) {
    const longer = line ? `${line} ${word}` : word;
    if (line && stripVTControlCharacters(longer).length > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line ? [...lines, line] : lines;
}
