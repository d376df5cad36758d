import { isUnit, wordsOfLine, type Line } from '../source.ts';

/** What can be read in a line: its words, and its problem. */
export function lineText(line: Line): string {
  const problem = isUnit(line) ? line.problem : undefined;
  return problem === undefined
    ? wordsOfLine(line)
    : `${problem} ${wordsOfLine(line)}`;
}
