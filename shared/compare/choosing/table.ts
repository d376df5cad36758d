/** The table as a choice asks it: what holds today, over HTTP/1.1. */
import { wordOf } from '../claims/claim.ts';
import { rows } from '../claims/rows/rows.ts';
import type { Table } from './choose.ts';

/** A row's title; undefined where the table has no such row. */
export const titleOf = (id: string): string | undefined =>
  rows.find((row) => row.id === id)?.title;

/** What a row says of a column. */
export const today: Table = (id, column) => {
  const row = rows.find((each) => each.id === id)!;
  return wordOf(
    row.claims.find((each) => each.column === column)!,
    '1.1',
  );
};
