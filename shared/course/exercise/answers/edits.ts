/**
 * Answers that are told as what they are: a few lines that differ.
 *
 * `answers.md` beside an exercise's solution has a section for each:
 *
 *     ## wrong/lf-only
 *
 *     It knows LF only as the end of a line; a carriage return ends one, too.
 *
 *     Told: `A carriage return alone ends a line, too`
 *
 *     ```diff
 *      const lines = text
 *     -  .split(/\r\n|\r|\n/)
 *     +  .split('\n')
 *     ```
 *
 * A right one has no `Told:`. The lines that are kept (a space before them) and
 * those that go (`-`) must stand in the base one after the other, exactly once;
 * `@@` on a line of its own divides one such place from the next. The base is
 * solution.ts, or exercise.ts if `` Of `exercise.ts`: `` stands above the fence.
 *
 * No file is read here: texts in, texts out.
 */
import { tableHeading } from './task-table.ts';

/** Whether an answer must fail or pass. */
export type AnswerKind = 'wrong' | 'right';

/** What an edit can be of; both import from where they stand. */
export type EditBase = 'solution.ts' | 'exercise.ts';

/** A section of answers.md. Lines are counted from 1, in that file. */
export interface AnswerEdit {
  kind: AnswerKind;
  /** `lf-only`: unique among the answers of its exercise. */
  name: string;
  /** Of its heading. */
  line: number;
  /** The mistake, or in what it is different; Markdown. */
  sentence: string;
  /** Words of the verdict that a wrong one must get. */
  told?: string;
  base: EditBase;
  hunks: Hunk[];
}

/** Lines that stand one after the other, and what becomes of them. */
export interface Hunk {
  /** Of its first line. */
  line: number;
  lines: { sign: ' ' | '-' | '+'; text: string; line: number }[];
}

/** What is wrong with answers.md, at one of its lines. */
export interface EditProblem {
  line: number;
  found: string;
  expected: string;
  remedy: string;
}

const heading = /^## (?<kind>wrong|right)\/(?<name>[a-z0-9]+(?:-[a-z0-9]+)*)$/;
const toldLine = /^Told: `(?<told>[^`]+)`$/;
const baseLine = /^Of `(?<base>solution\.ts|exercise\.ts)`:$/;

/** Reads an answers.md; what has problems is not among the edits. */
export function parseEdits(markdown: string): {
  edits: AnswerEdit[];
  problems: EditProblem[];
} {
  const edits: AnswerEdit[] = [];
  const problems: EditProblem[] = [];
  const lines = linesOf(markdown);
  const starts = [...lines.keys()].filter((at) => lines[at]!.startsWith('## '));
  for (const [index, start] of starts.entries()) {
    if (lines[start] === tableHeading) continue;
    const section = lines.slice(start, starts[index + 1]);
    const parsed = parseSection(section, start + 1);
    if ('remedy' in parsed) problems.push(parsed);
    else if (edits.some(({ name }) => name === parsed.name))
      problems.push({
        line: parsed.line,
        found: `a second answer "${parsed.name}"`,
        expected: 'each name once, whether wrong or right',
        remedy: 'Give it a name of its own.',
      });
    else edits.push(parsed);
  }
  return { edits, problems };
}

/** @param first the number of its first line, the heading */
function parseSection(
  lines: string[],
  first: number,
): AnswerEdit | EditProblem {
  const { kind, name } = heading.exec(lines[0]!)?.groups ?? {};
  if (!kind || !name)
    return {
      line: first,
      found: lines[0]!,
      expected: 'a heading such as "## wrong/lf-only" or "## right/by-hand"',
      remedy: 'Name it in small letters, with hyphens between words.',
    };
  const opens = lines.indexOf('```diff');
  const closes = lines.indexOf('```', opens);
  const rest = lines
    .slice(closes + 1)
    .join('\n')
    .trim();
  let lack = '';
  if (opens < 0) lack = 'no fence that begins with ```diff';
  else if (closes < 0) lack = 'a fence that does not end';
  else if (rest !== '') lack = `more below its fence: ${rest}`;
  if (lack)
    return {
      line: first,
      found: `${kind}/${name} has ${lack}`,
      expected: 'one fence, ```diff, at the end of the section',
      remedy: 'Write the lines that go and those that come into it.',
    };
  const words: string[] = [];
  let told: string | undefined;
  let base: EditBase = 'solution.ts';
  for (const line of lines.slice(1, opens)) {
    const toldHere = toldLine.exec(line)?.groups?.['told'];
    const baseHere = baseLine.exec(line)?.groups?.['base'];
    if (toldHere) told = toldHere;
    else if (baseHere) base = baseHere as EditBase;
    else words.push(line);
  }
  const sentence = words.join('\n').trim();
  if (sentence === '' || /^(?:Told:|Of `|#)/m.test(sentence))
    return {
      line: first,
      found: `${kind}/${name} says: ${sentence || 'nothing'}`,
      expected:
        'a sentence that tells the mistake, or in what it is different; ' +
        'beside it only: Told: `words`, and: Of `exercise.ts`:',
      remedy: 'Say it in these forms.',
    };
  if (kind === 'wrong' && told === undefined)
    return {
      line: first,
      found: `${kind}/${name} has no line "Told:"`,
      expected: 'the words of the verdict that it must get: Told: `words`',
      remedy: 'Try it, and write down what it is told.',
    };
  if (kind === 'right' && told !== undefined)
    return {
      line: first,
      found: `${kind}/${name} has a line "Told:"`,
      expected: 'none: it passes',
      remedy: 'Remove the line, or call the answer wrong.',
    };
  const hunks = parseHunks(lines.slice(opens + 1, closes), first + opens + 1);
  if ('remedy' in hunks) return hunks;
  return {
    kind: kind as AnswerKind,
    name,
    line: first,
    sentence,
    ...(told !== undefined && { told }),
    base,
    hunks,
  };
}

/** @param first the number of the first of these lines */
function parseHunks(lines: string[], first: number): Hunk[] | EditProblem {
  const hunks: Hunk[] = [{ line: first, lines: [] }];
  for (const [index, text] of lines.entries()) {
    const line = first + index;
    const sign = text === '' ? ' ' : text[0]!;
    if (text === '@@') hunks.push({ line: line + 1, lines: [] });
    else if (sign === ' ' || sign === '-' || sign === '+')
      hunks.at(-1)!.lines.push({ sign, text: text.slice(1), line });
    else
      return {
        line,
        found: text,
        expected: '"-", "+" or a space before each line, or @@ between places',
        remedy: 'Put a space before a line that stays.',
      };
  }
  for (const { line, lines: inside } of hunks) {
    const anchors = inside.some(({ sign }) => sign !== '+');
    const changes = inside.some(({ sign }) => sign !== ' ');
    if (anchors && changes) continue;
    return {
      line,
      found: anchors ? 'lines that only stay' : 'no line that is there already',
      expected: 'lines that say where, and lines that say what changes there',
      remedy: anchors
        ? 'Mark what goes with "-" and what comes with "+".'
        : 'Add the line before it or after it, with a space in front.',
    };
  }
  return hunks;
}

/** An edit's result. */
export interface Applied {
  text: string;
  /** For each line of the text, the line of answers.md that brought it. */
  from: (number | undefined)[];
}

/**
 * Makes an edit in the text of its base.
 *
 * @returns the result, or why it cannot be made: lines that stay or go stand
 *   there never or more than once, two hunks change the same line, or one
 *   changes nothing
 */
export function applyEdit(
  base: string,
  edit: AnswerEdit,
): Applied | EditProblem {
  const there = linesOf(base);
  const places: { at: number; old: string[]; hunk: Hunk }[] = [];
  for (const [index, hunk] of edit.hunks.entries()) {
    const old = hunk.lines
      .filter(({ sign }) => sign !== '+')
      .map(({ text }) => text);
    const stays = hunk.lines
      .filter(({ sign }) => sign !== '-')
      .map(({ text }) => text);
    if (stays.join('\n') === old.join('\n'))
      return {
        line: hunk.line,
        found: `${edit.kind}/${edit.name}: what comes is what goes`,
        expected: 'lines with "+" that differ from those with "-"',
        remedy: 'Write what this answer has in their place.',
      };
    const found = placesOf(old, there);
    if (found.length !== 1)
      return misfit({ edit, hunk, index, old, there, found });
    places.push({ at: found[0]!, old, hunk });
  }
  places.sort((one, other) => one.at - other.at);
  const result: { text: string; line?: number }[] = [];
  let next = 0;
  for (const { at, old, hunk } of places) {
    if (at < next)
      return {
        line: hunk.line,
        found: `${edit.kind}/${edit.name}: two places that share a line of ${edit.base}`,
        expected: 'places apart from each other',
        remedy: 'Make one of them: leave out the @@ between.',
      };
    result.push(...there.slice(next, at).map((text) => ({ text })));
    for (const { sign, text, line } of hunk.lines)
      if (sign === ' ') result.push({ text });
      else if (sign === '+') result.push({ text, line });
    next = at + old.length;
  }
  result.push(...there.slice(next).map((text) => ({ text })));
  return {
    text: result.map(({ text }) => text).join('\n'),
    from: result.map(({ line }) => line),
  };
}

/** Indexes in `there` at which all of `old` stands. */
function placesOf(old: string[], there: string[]): number[] {
  return there.flatMap((_line, at) =>
    old.every((text, index) => there[at + index] === text) ? [at] : [],
  );
}

interface Misfit {
  edit: AnswerEdit;
  hunk: Hunk;
  index: number;
  old: string[];
  there: string[];
  found: number[];
}

function misfit(all: Misfit): EditProblem {
  const { edit, hunk, index, old, there, found } = all;
  const which = edit.hunks.length > 1 ? `hunk ${index + 1}` : 'its hunk';
  const missing = hunk.lines.find(
    ({ sign, text }) => sign !== '+' && !there.includes(text),
  );
  const why = missing
    ? `${edit.base} has no line "${missing.text}"`
    : 'each of its lines is there, but not one after the other';
  const often =
    found.length === 0
      ? `never: ${why}`
      : `${found.length} times, at lines ${found.map((at) => at + 1).join(', ')}`;
  return {
    line: missing?.line ?? hunk.line,
    found: `${edit.kind}/${edit.name}, ${which}: its old lines stand in ${edit.base} ${often}`,
    expected: `${old.length === 1 ? 'a line' : 'lines'} ("-" and " ") that ${edit.base} has exactly once`,
    remedy:
      found.length === 0
        ? `Copy them from ${edit.base}, with their indentation.`
        : 'Add a line before or after, with a space in front, until only one place is left.',
  };
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/);
}
