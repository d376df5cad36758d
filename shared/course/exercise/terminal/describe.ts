/** A verdict as lines for a terminal. */
import { asTyped } from '@on-the-wire/system/as-typed.ts';
import { columnsOf } from '@on-the-wire/system/columns.ts';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { styleText } from 'node:util';
import { excerpt } from './excerpt.ts';
import type { FoundExercise } from '../exercises.ts';
import type { FailureParts } from '../failure.ts';
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
  if (failure) lines.push('', ...describeFailure(failure, looks));
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
  if (sent !== undefined)
    lines.push(row('sent', excerpt(sent, undefined, most * 2).text));
  if (expected !== undefined)
    lines.push(row('expected', excerpt(expected, undefined, most * 2).text));
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
  if (details)
    lines.push('', ...details.split('\n').map((line) => `    ${line}`));
  return lines;
}

function painter({ stream }: Looks) {
  return (style: 'green' | 'red' | 'gray' | 'bold', text: string) =>
    stream ? styleText(style, text, { stream: stream as never }) : text;
}
