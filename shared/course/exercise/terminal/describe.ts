/** A verdict as lines for a terminal. */
import { asTyped } from '@on-the-wire/system/as-typed.ts';
import { columnsOf } from '@on-the-wire/system/columns.ts';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { styleText } from 'node:util';
import { excerpt } from './excerpt.ts';
import type { FoundExercise } from '../exercises.ts';
import type { FailureParts, Shown } from '../failure.ts';
import type { Verdict } from '../run-check.ts';

/** Where a verdict is printed. */
export interface Looks {
  /** Columns of the terminal. */
  width?: number;
  /** Where the colours go; without it there are none. */
  stream?: NodeJS.WriteStream | NodeJS.WritableStream;
  /** The unit of the wire where it can be seen, if a shell shows it. */
  unitUrl?: string | undefined;
}

const margin = 12; // columns of "  expected  "

/**
 * All that a learner is told of a check; its last line says whether it passed.
 *
 * @param looks as wide as a terminal of 80 columns and without colours, unless
 *   said otherwise
 * @returns a line each
 */
export function describeVerdict(
  exercise: FoundExercise,
  verdict: Verdict,
  looks: Looks = {},
): string[] {
  const paint = painter(looks);
  const { passed, steps, failure, printed, ms, seed } = verdict;
  const how = `in ${(ms / 1000).toFixed(1)} s, seed ${seed}`;
  const lines = steps.map((step) =>
    step.passed
      ? `  ${paint('green', '✓')} ${step.name}`
      : `  ${paint('red', '✗')} ${step.name}`,
  );
  if (failure) {
    // The screen names the file above.
    const { folder } = exercise.lesson;
    const details = failure.details
      ?.replaceAll(`${pathToFileURL(folder).href}/`, '')
      .replaceAll(folder + sep, '');
    lines.push('', ...describeFailure({ ...failure, details }, looks));
  }
  if (printed.length > 0) {
    lines.push('', '  Your code printed:');
    for (const line of printed) lines.push(`    ${line}`);
  }
  const name = `${exercise.id} ${exercise.title}`;
  lines.push('');
  if (passed) lines.push(paint('green', `  Passed: ${name}, ${how}`));
  else lines.push(paint('red', `  Not yet: ${name}, checked ${how}`));
  return lines;
}

/**
 * What did not hold, with a caret where it went wrong.
 *
 * @param looks as for `describeVerdict`
 * @returns a line each
 */
export function describeFailure(
  failure: FailureParts,
  looks: Looks = {},
): string[] {
  const paint = painter(looks);
  const { width = 80, unitUrl } = looks;
  const most = Math.max(40, width - margin - 2);
  const row = (label: string, text: string) =>
    `  ${paint('gray', label.padEnd(margin - 4))}  ${text}`;
  const words = (text: string, label = '') =>
    wrap(text, most).map((line, at) => row(at === 0 ? label : '', line));
  const { title, sent, expected, came, at, note, section, tryIt, details } =
    failure;
  const lines = [
    ...wrap(title, width - 2).map((line) => `  ${paint('bold', line)}`),
    '',
  ];
  const bytes = (shown: Shown, label: string) =>
    fit(excerpt(shown, undefined, most * 2).text, most).map((line, n) =>
      row(n === 0 ? label : '', line),
    );
  if (sent !== undefined) lines.push(...bytes(sent, 'sent'));
  if (expected !== undefined) lines.push(...bytes(expected, 'expected'));
  if (came !== undefined) {
    const { text, caret } = excerpt(came, at, most);
    lines.push(row('came', text));
    if (caret !== undefined) {
      const columns = margin + columnsOf(text.slice(0, caret));
      const pointer = ' '.repeat(columns);
      const fits = pointer.length + 2 + (note ?? '').length <= width;
      lines.push(
        `${pointer}${paint('red', '^')}${fits && note ? ` ${note}` : ''}`,
      );
      if (note && !fits) lines.push(...words(note));
    } else if (note) lines.push(...words(note));
  } else if (note) lines.push(...words(note));
  if (section) lines.push(row('says so', section));
  if (tryIt) lines.push(row('try it', asTyped(tryIt)));
  if (unitUrl) lines.push(row('see it', unitUrl));
  const told = withoutNode(details ?? '');
  if (told) lines.push('', ...told.split('\n').map((line) => `    ${line}`));
  return lines;
}

/** Lines as wide as there is room: broken between words, or where they must. */
function fit(text: string, most: number): string[] {
  return wrap(text, most).flatMap((line) => {
    const pieces = [''];
    for (const character of line) {
      const longer = `${pieces.at(-1)}${character}`;
      if (columnsOf(longer) > most) pieces.push(character);
      else pieces[pieces.length - 1] = longer;
    }
    return pieces;
  });
}

/** A report of Node's, without what stands in Node's own files. */
function withoutNode(details: string): string {
  return details
    .replace(/^node:.+:\d+\n(?:.*\n)*?\s*\^\s*\n+/, '')
    .split('\n')
    .filter((line) => !/^\s+at .*(?:node:internal\/|<anonymous>\)$)/.test(line))
    .join('\n')
    .replace(/\n\s+code: '\w+'\n\s*\}\s*$/, '')
    .trimEnd();
}

function painter({ stream }: Looks) {
  return (style: 'green' | 'red' | 'gray' | 'bold', text: string) =>
    stream ? styleText(style, text, { stream: stream as never }) : text;
}
