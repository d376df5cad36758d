/** What a bench measured, as a table. */
import { measured } from '../machine.ts';
import { medianOf } from '../statistics.ts';

/** One figure, with its goal if it has one: at most this. */
export type Measurement = { what: string; goal?: number } & (
  { ms: number[] } | { ratio: number } | { megabytes: number }
);

/** Whether a figure keeps its goal; one without a goal always does. */
export function holds(row: Measurement): boolean {
  return row.goal === undefined || valueOf(row) <= row.goal;
}

/** The table, and below it what was measured: a figure means nothing without. */
export function describeReport(rows: Measurement[]): string {
  const cells = rows.map((row) => {
    const spread =
      'ms' in row
        ? `${show(row, Math.min(...row.ms))} – ${show(row, Math.max(...row.ms))}`
        : '';
    const goal = row.goal === undefined ? '' : `≤ ${show(row, row.goal)}`;
    const verdict = goal === '' ? '' : holds(row) ? 'holds' : 'DOES NOT HOLD';
    return [row.what, show(row, valueOf(row)), spread, goal, verdict];
  });
  const table = [['', 'median', 'spread', 'goal', ''], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...table.map((line) => line[column]?.length ?? 0)),
  );
  const lines = table.map((line) =>
    line
      .map((cell, column) =>
        column === 0
          ? cell.padEnd(widths[0] ?? 0)
          : column < 4
            ? cell.padStart(widths[column] ?? 0)
            : cell,
      )
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n\n${measured()}\n`;
}

function valueOf(row: Measurement): number {
  if ('ms' in row) return medianOf(row.ms);
  return 'ratio' in row ? row.ratio : row.megabytes;
}

function show(row: Measurement, value: number): string {
  if ('ratio' in row) return `${value.toFixed(2)} ×`;
  if ('megabytes' in row) return `${value} MB`;
  return value < 10_000
    ? `${value.toFixed(0)} ms`
    : `${(value / 1000).toFixed(1)} s`;
}
