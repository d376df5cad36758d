/** The table as `choose` reads it: what holds today. */
import { wordOf } from '../claims/claim.ts';
import type { Http } from '../claims/columns.ts';
import { rows } from '../claims/rows/rows.ts';
import type { Table } from './choose.ts';

/** A row's title; undefined where the table has no such row. */
export const titleOfRow = (id: string): string | undefined =>
  rows.find((row) => row.id === id)?.title;

/** A row's question; undefined where the table has no such row. */
export const questionOf = (id: string): string | undefined =>
  rows.find((row) => row.id === id)?.question;

/** What a row says about a column, over a version of HTTP. */
export const tableOver =
  (http: Http): Table =>
  (id, column) => {
    const row = rows.find((each) => each.id === id)!;
    return wordOf(
      row.claims.find((each) => each.column === column)!,
      http,
    );
  };
