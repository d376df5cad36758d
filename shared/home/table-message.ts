/** The table of claims, as the home page gets it. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import {
  wordOf,
  type Claim,
  type ClaimRow,
} from '@on-the-wire/compare/claims/claim.ts';
import { columns } from '@on-the-wire/compare/claims/columns.ts';
import { rows } from '@on-the-wire/compare/claims/rows/rows.ts';
import type { CellMessage, RowMessage, TableMessage } from './messages.ts';

const folder = new URL(
  '.',
  import.meta.resolve('@on-the-wire/compare/claims/rows/rows.ts'),
);

/** A row's file, and its text. */
export interface RowFile {
  /** Below the repository's root. */
  path: string;
  text: string;
}

/** The files of all rows, by the rows' ids. Some hold two rows. */
export function filesOfRows(): Map<string, RowFile> {
  const files = new Map<string, RowFile>();
  for (const name of readdirSync(folder)) {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const path = posix.join('shared/compare/claims/rows', name);
    for (const [, id] of text.matchAll(/^ {2}id: '([\w-]+)',$/gm))
      files.set(id!, { path, text });
  }
  return files;
}

/** Makes the message of a server that has just started. */
export function tableMessage(files: Map<string, RowFile>): TableMessage {
  const home = randomUUID();
  return { home, columns, rows: rows.map((row) => rowMessage(row, files)) };
}

function rowMessage(row: ClaimRow, files: Map<string, RowFile>): RowMessage {
  const file = files.get(row.id);
  if (!file) throw new Error(`no file has the row "${row.id}"`);
  const { id, title, question, claims } = row;
  return {
    id,
    title,
    question,
    file: file.path,
    cells: claims.map((claim) => cellMessage(claim, id, file.text)),
  };
}

function cellMessage(claim: Claim, id: string, text: string): CellMessage {
  const { column, said, sentence } = claim;
  return {
    column,
    ...(said !== undefined && { said }),
    today: { '1.1': wordOf(claim, '1.1'), '2': wordOf(claim, '2') },
    sentence,
    line: lineOf(column, id, text),
  };
}

/** Where a claim begins; where one text makes all four, the row does. */
function lineOf(column: string, id: string, text: string): number {
  const ofRow = text.indexOf(`  id: '${id}',\n`);
  const next = text.indexOf('\n};\n', ofRow);
  const own = text.indexOf(`      column: '${column}',\n`, ofRow);
  const at = own > 0 && own < next ? own : ofRow;
  return text.slice(0, at).split('\n').length - 1;
}
