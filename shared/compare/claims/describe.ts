/** The table of claims as text. */
import { wrap } from '@on-the-wire/system/wrap.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';
import { wordOf } from './claim.ts';
import { columns, type Column, type Http } from './columns.ts';
import type { Settled } from './settle.ts';

/** One outcome, in a line or two. */
export function describeSettled(settled: Settled): string {
  const { row, claim, http, word, evidence, holds, file } = settled;
  const where = `${row.title}, ${columns[claim.column]}, HTTP/${http}`;
  const verdict = holds
    ? `${word}`
    : `${word}, where ${wordOf(claim, http)} was expected: THIS BROWSER DOES SOMETHING ELSE`;
  return `${where}: ${verdict}\n  ${evidence}${file ? `\n  ${file}` : ''}`;
}

/**
 * The whole table: what 2016 said, and what holds in this browser.
 *
 * @param room columns of the terminal; if the table is wider, its cells have
 *   several lines
 */
export function describeTable(
  all: readonly Settled[],
  room = Infinity,
): string {
  const versions = [...new Set(all.map(({ http }) => http))];
  const tables = versions.map((http) => tableOf(all, http, room));
  const wrong = all.filter(({ holds }) => !holds);
  const sum =
    wrong.length === 0
      ? `${all.length} claims, all hold in this browser.`
      : `${all.length} claims; ${wrong.length} of them ${wrong.length === 1 ? 'does' : 'do'} not hold in this browser:\n` +
        wrong.map(describeSettled).join('\n');
  return `${tables.join('\n\n')}\n\n${sum}\nThe expected words are what Chromium does.\nOn the Wire ${courseVersion()}\n`;
}

function tableOf(all: readonly Settled[], http: Http, room: number): string {
  const names = Object.keys(columns) as Column[];
  const ids = [...new Set(all.map(({ row }) => row.id))];
  const body = ids.map((id) => {
    const cells = all.filter(
      (each) => each.row.id === id && each.http === http,
    );
    return [
      cells[0]?.row.title ?? id,
      ...names.map((column) => {
        const cell = cells.find(({ claim }) => claim.column === column);
        if (!cell) return '';
        const { said } = cell.claim;
        const mark = cell.holds ? '' : ' (!)';
        const was =
          said !== undefined && said !== cell.word ? ` ← ${said}` : '';
        return `${cell.word}${mark}${was}`;
      }),
    ];
  });
  const head = [`Over HTTP/${http}`, ...names.map((name) => columns[name])];
  const table = [head, ...body];
  const widths = head.map((_title, index) =>
    Math.max(...table.map((cells) => cells[index]!.length)),
  );
  const taken = widths.reduce((sum, width) => sum + width + GAP.length, 0);
  const lines =
    taken - GAP.length <= room
      ? table.map((cells) => lineOf(cells, widths))
      : table.flatMap((cells) => [...linesOf(cells), '']);
  return `${lines.join('\n').trimEnd()}\n\n← what the table of 2016 said, if it was another word`;
}

const GAP = '  ';
/** As wide as the longest word of a cell, XMLHttpRequest: 80 in all. */
const NARROW = [16, 14, 14, 14, 14];

const lineOf = (cells: readonly string[], widths: readonly number[]) =>
  cells
    .map((cell, index) => cell.padEnd(widths[index]!))
    .join(GAP)
    .trimEnd();

/** A row whose cells are broken into lines. */
function linesOf(cells: readonly string[]): string[] {
  const broken = cells.map((cell, index) => wrap(cell, NARROW[index]!));
  const height = Math.max(...broken.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) =>
    lineOf(
      broken.map((lines) => lines[at] ?? ''),
      NARROW,
    ),
  );
}
