/** What Node says when a process fails, in few words. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from '@on-the-wire/system/columns.ts';
import type { Crash } from '@on-the-wire/lesson/lesson.ts';

/** How a process ended. */
export interface Ending {
  /** All that it wrote to its standard error, or the end of it. */
  stderr: string;
  code: number | null;
  signal: NodeJS.Signals | null;
}

// Where Node's report of a fatal error begins: a line that is only a place.
const place = /^(?:file:\/\/\/.+|node:.+|<\w+>|(?:\/|[A-Za-z]:\\).+):\d+$/;
const frame = /^ {4,}at /;
const caret = /^\s*\^+\s*$/;

/** What Node says of syntax that it cannot make JavaScript of. */
const stripping =
  /^SyntaxError \[ERR_(?:INVALID|UNSUPPORTED)_TYPESCRIPT_SYNTAX\]: /;

/** Whether this line may be the first of Node's report of a fatal error. */
export function beginsReport(line: string): boolean {
  return place.test(line) || line.startsWith('Warning: Detected unsettled');
}

/**
 * Explains why a lesson's process ended: the message, and the first place in the
 * lesson's own code that Node named.
 *
 * @param folder the lesson's folder, as an absolute path
 * @param file what was started in it
 */
export function explainCrash(
  { stderr, code, signal }: Ending,
  folder: string,
  file: string,
): Crash {
  const plain = stripVTControlCharacters(stderr); // It may force colours.
  const details = plain.replace(/\n*Node\.js v[\d.]+\s*$/, '').trim();
  const lines = details.split('\n');
  const start = lines.findLastIndex(beginsReport);
  const report = start < 0 ? [] : lines.slice(start);
  const message = messageIn(report) ?? describeEnding(file, code, signal);
  const found = findPlace(report, folder) ?? findImport(message, folder);
  const standIn = findStandIn(message, folder, found);
  if (standIn) return { ...standIn, details };
  return {
    message: isDecorator(message, folder, found)
      ? 'SyntaxError: Node runs no decorators'
      : shorten(message, folder),
    ...found,
    details,
  };
}

/** What strips the types lets them pass, and Node does not know them. */
function isDecorator(message: string, folder: string, found?: Place): boolean {
  if (!message.startsWith('SyntaxError: Invalid or unexpected token'))
    return false;
  const { file = '', line = 0, column = 0 } = found ?? {};
  return sourceLine(join(folder, file), line)?.[column - 1] === '@';
}

/**
 * A file that lacks a name, where it runs in place of the one that is imported
 * (see ../exercise/redirect.ts): Node names the other.
 */
function findStandIn(message: string, folder: string, found?: Place) {
  const [, wanted, name] =
    /The requested module '(.+)' does not provide an export named '(.+)'$/.exec(
      message,
    ) ?? [];
  if (wanted === undefined || found?.file === undefined) return undefined;
  const importer = pathToFileURL(join(folder, found.file));
  const { INSTEAD_OF = '{}' } = process.env;
  const instead = JSON.parse(INSTEAD_OF) as Record<string, string>;
  const url = instead[new URL(wanted, importer).href];
  const file = url && nameInside(folder, fileURLToPath(url));
  if (!file) return undefined;
  return { message: `SyntaxError: ${file} does not export ${name}`, file };
}

type Place = Pick<Crash, 'file' | 'line' | 'column'>;

/**
 * A crash as lines for a terminal: the message, the place, the source line and
 * a caret.
 *
 * @param folder of the lesson, as an absolute path: what the place is relative
 *   to
 */
export function describeCrash(crash: Crash, folder: string): string[] {
  const { message, file, line, column } = crash;
  if (file === undefined) return [message];
  const where = [file, line, column].filter((part) => part !== undefined);
  const lines = [message, `  at ${where.join(':')}`];
  const source =
    line === undefined ? undefined : sourceLine(join(folder, file), line);
  if (!source?.trim()) return lines;
  lines.push('', `  ${source}`);
  if (column) {
    // Tabs stay tabs, so that the caret stands below its place.
    const before = source.slice(0, column - 1).replaceAll(/[^\t]/g, ' ');
    lines.push(`  ${before}^`);
  }
  return lines;
}

/**
 * The first line after the place, the excerpt and the caret. Where the fault is
 * found by what strips the types, a line of source stands below the caret, too.
 */
function messageIn(report: string[]): string | undefined {
  const stack = report.findIndex((line) => frame.test(line));
  const head = stack < 0 ? report : report.slice(0, stack);
  const told = head.find((line) => stripping.test(line));
  if (told !== undefined) return told;
  const below = head.findIndex((line) => caret.test(line)) + 1;
  // There is no caret where the fault has several lines or is at the very end.
  return below > 0
    ? head.slice(below).find((line) => line.trim() !== '')
    : head.find((line) => /^\w*Error\b/.test(line));
}

function describeEnding(
  file: string,
  code: number | null,
  signal: NodeJS.Signals | null,
): string {
  if (signal) return `${file} was ended by ${signal}`;
  if (code === 13) return `${file} waits for ever at an await of its top level`;
  return code === 0
    ? `${file} ended by itself`
    : `${file} ended with exit code ${code}`;
}

function shorten(message: string, folder: string): string {
  const reason = /The promise rejected with the reason (.*)\.$/s.exec(message);
  if (reason) return `Unhandled rejection: ${reason[1]}`;
  return message
    .replace(/^\[(.*)\](?: \{)?$/, '$1') // An error without a stack of its own.
    .replace(/ \[ERR_(?:INVALID|UNSUPPORTED)_TYPESCRIPT_SYNTAX\]/, '')
    .replaceAll(folder + sep, '');
}

/** The first place in the lesson's code that Node named, stack included. */
function findPlace(report: string[], folder: string) {
  for (const [at, text] of report.entries()) {
    // What was loaded later, by another module, is named by its path.
    const match =
      /(file:\/\/\/\S+?|(?<![^\s(])(?:\/|[A-Za-z]:\\)\S+?):(\d+)(?::(\d+))?(?=\)|\s|$)/.exec(
        text,
      );
    if (!match) continue;
    const [, where = ''] = match;
    const path = where.startsWith('file:') ? fileURLToPath(where) : where;
    const file = nameInside(folder, path);
    if (file === undefined) continue;
    const line = Number(match[2]);
    const source = sourceLine(join(folder, file), line);
    const column = match[3]
      ? Number(match[3])
      : source && columnBelow(report.slice(at + 1), source);
    return { file, line, ...(column && { column }) };
  }
  return undefined;
}

/** Where Node's caret stands, if it stands below the source line itself. */
function columnBelow(excerpt: string[], source: string): number | undefined {
  const at = excerpt.findIndex((line) => caret.test(line));
  // Between a place and its caret Node shows a line or two.
  if (at < 1 || at > 2) return undefined;
  const shown = excerpt[at - 1]!;
  const below = excerpt[at]!.indexOf('^');
  // Node counts as editors do.
  if (!excerpt.some((line) => stripping.test(line))) return below + 1;
  // What strips the types counts columns of a terminal, and shows a tab as
  // spaces: so many as it takes for the line to be the one that is shown.
  const tab = [1, 2, 4, 8].find(
    (width) => source.replaceAll('\t', ' '.repeat(width)) === shown,
  );
  if (tab === undefined) return undefined;
  let columns = 0;
  for (const [index, character] of segments(source)) {
    if (columns >= below) return index + 1;
    columns += character === '\t' ? tab : widthOf(character);
  }
  return undefined;
}

/** Each character of a text, with its index as editors count. */
function* segments(text: string): Generator<[index: number, string]> {
  let index = 0;
  for (const character of text) {
    yield [index, character];
    index += character.length;
  }
}

/** A module that was not found has no place in its stack, only an importer. */
function findImport(message: string, folder: string) {
  const match = /'([^']+)' imported from (.+)$/m.exec(message);
  const file = match && nameInside(folder, match[2]!);
  if (!file) return undefined;
  const wanted = match[1]!.split(/[/\\]/).at(-1)!;
  const lines = readSource(join(folder, file))?.split(/\r?\n/) ?? [];
  const at = lines.findIndex(
    (line) =>
      /^\s*(?:import|export)\b|\bimport\(/.test(line) && line.includes(wanted),
  );
  if (at < 0) return { file };
  return { file, line: at + 1, column: lines[at]!.indexOf(wanted) + 1 };
}

function nameInside(folder: string, path: string): string | undefined {
  const inside = relative(folder, path);
  const names = inside.split(sep);
  const outside =
    isAbsolute(inside) || names[0] === '..' || names.includes('node_modules');
  return outside ? undefined : names.join('/');
}

function sourceLine(path: string, line: number): string | undefined {
  return readSource(path)?.split(/\r?\n/)[line - 1];
}

function readSource(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // Moved or deleted in the meantime.
  }
}
