/**
 * A unit for the terminal: its line, and under it its fields, its bytes and what
 * it carries, all of them: who asked for bytes wants to see each.
 */
import { concat } from './bytes.ts';
import type { Decompressors, Field, UnitContent } from './fields.ts';
import { byteCount, hexByte, printable, textShown, utf8 } from './text.ts';
import { contentOf, type Unit, describe } from './unit.ts';
import type { Range } from './byte-ranges.ts';

const ROW = 16;

/**
 * The line of a unit: `→` goes up to the server, `←` comes down to the client.
 * No control character is in it.
 */
export function lineOf(unit: Unit): string {
  const arrow = unit.direction === 'up' ? '→' : '←';
  // Of what is malformed the problem is the summary.
  const isTold = !unit.problem || unit.summary.startsWith(unit.problem);
  const problem = isTold ? '' : `  ! ${printable(unit.problem!)}`;
  const text = unit.text === undefined ? '' : `  ${inQuotes(unit.text)}`;
  // What is carried by other units stands under them.
  return `${arrow} ${'  '.repeat(unit.layer)}${unit.summary}${text}${problem}`;
}

/** The token of a language model, at its beginning, is in quotes itself. */
function inQuotes(text: string): string {
  return text.startsWith('“') ? text : `“${text}”`;
}

/**
 * The lines of a dump: label first, then the bytes in hex and text, then what
 * they mean and where that is written; at the end what it carries, where no
 * field has said it. Every byte of the unit is shown, those of line ends
 * excepted. No line holds a control character.
 * @param bytes the unit's own: see `bytesOf`
 * @param decompressors for codings other than gzip and deflate
 */
export function dump(
  unit: Unit,
  bytes: Uint8Array,
  decompressors?: Decompressors,
): string[] {
  const place = localPlaces(unit.ranges);
  const lines = [lineOf(unit)];
  let shown = 0;
  const fields = describe(unit, bytes, decompressors);
  for (const field of fields) {
    const parts = field.ranges.map(([start, end]) => {
      const from = place(start);
      return bytes.subarray(from, from + end - start);
    });
    const first = field.ranges[0];
    const start = first ? place(first[0]) : shown;
    if (start > shown) lines.push(...gap(bytes.subarray(shown, start)));
    lines.push(...fieldLines(field, parts));
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    shown = Math.max(shown, start + size);
  }
  lines.push(...gap(bytes.subarray(shown)));
  const content = contentOf(unit, bytes, decompressors);
  if (content) lines.push(...contentLines(content, fields));
  return lines;
}

/** From a raw offset to one in the unit's own bytes. */
function localPlaces(ranges: readonly Range[]): (raw: number) => number {
  return (raw) => {
    let passed = 0;
    for (const [start, end] of ranges) {
      if (raw < end) return passed + Math.max(0, raw - start);
      passed += end - start;
    }
    return passed;
  };
}

/** Bytes that belong to no field. */
function gap(bytes: Uint8Array): string[] {
  const isLineEnd = bytes.every((byte) => byte === 0x0d || byte === 0x0a);
  return isLineEnd ? [] : ['  ·', ...rows(bytes)];
}

/** What a unit carries, as text, line by line, or in hex. */
function contentLines(
  { bytes, type, coding, problem }: UnitContent,
  fields: readonly Field[],
): string[] {
  const text = utf8(bytes);
  if (bytes.length === 0 || fields.some(({ value }) => value === text))
    return [];
  const about = [
    byteCount(bytes.length),
    type,
    coding && `without its ${coding}`,
    problem,
  ].filter(Boolean);
  const shown =
    textShown(bytes) === undefined || text.includes('\ufffd')
      ? rows(bytes)
      : text.split(/\r?\n/).map((line) => `    ${printable(line)}`);
  return [`  content: ${printable(about.join(', '))}`, ...shown];
}

function fieldLines(field: Field, parts: Uint8Array[]): string[] {
  const [first] = field.ranges;
  const last = field.ranges.at(-1);
  const where = first && last ? `  bytes ${first[0]}–${last[1] - 1}` : '';
  const section = field.section ? ` (${field.section})` : '';
  const bytes = concat(parts);
  const lines = [`  ${printable(field.label)}${where}`, ...rows(bytes)];
  // A value that is nothing but the bytes as text is there already.
  const value = printable(field.value);
  const isShown = bytes.length > 0 && asText(bytes) === field.value;
  if (value !== '' && !isShown) lines.push(`    = ${value}`);
  lines.push(`    ${printable(field.meaning)}${section}`);
  return lines;
}

function asText(bytes: Uint8Array): string {
  return Array.from(bytes, character).join('');
}

function character(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}

/** `48 65 6c 6c 6f    Hello`, sixteen bytes in a row. */
function rows(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = bytes.subarray(at, at + ROW);
    const half = ROW / 2;
    const left = Array.from(row.subarray(0, half), hexByte).join(' ');
    const right = Array.from(row.subarray(half), hexByte).join(' ');
    const digits = `${left}  ${right}`.padEnd(ROW * 3);
    lines.push(`    ${digits}  ${asText(row)}`);
  }
  return lines;
}
