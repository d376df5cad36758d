/** The table as a choice asks it: what holds today. */
import { wordOf } from '../claims/claim.ts';
import type { Http } from '../claims/columns.ts';
import { rows } from '../claims/rows/rows.ts';
import type { Table } from './choose.ts';

/** A row's title; undefined where the table has no such row. */
export const titleOf = (id: string): string | undefined =>
  rows.find((row) => row.id === id)?.title;

/** What a row says of a column, over a version of HTTP. */
export const tableOver =
  (http: Http): Table =>
  (id, column) => {
    const row = rows.find((each) => each.id === id)!;
    return wordOf(
      row.claims.find((each) => each.column === column)!,
      http,
    );
  };
