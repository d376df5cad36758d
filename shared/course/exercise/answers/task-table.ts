/**
 * What a task says, sentence by sentence, and which steps of the check see to
 * each: the table at the beginning of answers.md.
 *
 *     ## What the task says, and what checks it
 *
 *     | the task says | checked by |
 *     | --- | --- |
 *     | Refuse what cannot be sent. | a newline in a name; a NUL in an id |
 *     | **Broken on purpose.** A newline ends it. | (the starter) |
 *
 * A sentence stands there as in README.md, with its Markdown. Beside it stand
 * names of steps, divided by semicolons, or in parentheses why there are none.
 * No file is read here: texts in, values out.
 */
import markdownIt from 'markdown-it';
import { parseTask } from '../task.ts';

/** The heading above the table. */
export const tableHeading = '## What the task says, and what checks it';

/** A row of the table. */
export interface TaskRow {
  /** Of answers.md, counted from 1. */
  line: number;
  /** Markdown. */
  sentence: string;
  /** Names of steps; none where a reason stands instead. */
  steps: string[];
}

const parser = markdownIt({ html: true });

/**
 * The sentences of a task: of its paragraphs and lists, without its title, its
 * fences, its comments and its hints.
 *
 * @param readme the text of README.md
 * @returns Markdown of each, on one line, in order
 */
export function taskSentences(readme: string): string[] {
  const text = parseTask(readme).task.replaceAll(/<!--[^]*?-->/g, '');
  const tokens = parser.parse(text, {});
  return tokens.flatMap(({ type, content }, at) =>
    type === 'inline' && tokens[at - 1]!.type !== 'heading_open'
      ? divide(content)
      : [],
  );
}

/** A full stop in code, or in a link's target, ends no sentence. */
function divide(paragraph: string): string[] {
  const line = paragraph.replaceAll(/\s+/g, ' ').trim();
  const covered = line.replaceAll(/(`+).*?\1|\]\([^)]*\)/g, (hidden) =>
    'x'.repeat(hidden.length),
  );
  const ends = [...covered.matchAll(/[.!?](?= )/g)].map(({ index }) => index);
  const edges = [0, ...ends.map((end) => end + 1), line.length];
  return edges
    .slice(1)
    .map((end, at) => line.slice(edges[at], end).trim())
    .filter((sentence) => sentence !== '');
}

/**
 * Reads the table.
 *
 * @param answers the text of answers.md
 * @returns undefined where it has none
 */
export function readTaskTable(answers: string): TaskRow[] | undefined {
  const lines = answers.split(/\r?\n/);
  const start = lines.indexOf(tableHeading);
  if (start < 0) return undefined;
  const rows: TaskRow[] = [];
  for (const [at, text] of lines.entries()) {
    if (at <= start || !text.startsWith('|')) continue;
    if (lines.slice(start + 1, at).some((each) => each.startsWith('## ')))
      break;
    const cells = text
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.replaceAll(String.raw`\|`, '|').trim());
    const [sentence = '', by = ''] = cells;
    // Prettier pads them; the first two rows name the columns and draw a line.
    if (/^-+$/.test(sentence) || lines[at + 1]?.startsWith('| --')) continue;
    const isReason = by.startsWith('(') && by.endsWith(')');
    const steps = isReason ? [] : by.split(';').map((step) => step.trim());
    rows.push({ line: at + 1, sentence, steps });
  }
  return rows;
}
