/** The table of claims, as the home page gets it. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { engines, type Engine } from '@on-the-wire/browser/engines.ts';
import { versionInWords } from '@on-the-wire/browser/version.ts';
import {
  wordOf,
  type Claim,
  type ClaimRow,
} from '@on-the-wire/compare/claims/claim.ts';
import {
  columns,
  type Column,
  type Http,
} from '@on-the-wire/compare/claims/columns.ts';
import {
  measuredCell,
  measuredIn,
  type MeasuredCell,
} from '@on-the-wire/compare/claims/measured.ts';
import { rows } from '@on-the-wire/compare/claims/rows/rows.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';
import type { Recorded } from './claim-runs.ts';
import type {
  CellMessage,
  MeasuredMessage,
  RowMessage,
  TableMessage,
} from './messages.ts';

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
  return {
    home: randomUUID(),
    version: courseVersion(),
    measured: eachMeasured(),
    columns,
    rows: rows.map((row) => rowMessage(row, files)),
  };
}

const eachEngine = <Value>(make: (engine: Engine) => Value) =>
  Object.fromEntries(engines.map((engine) => [engine, make(engine)])) as Record<
    Engine,
    Value
  >;

/**
 * The recording of a measured cell, by its name: `binary fetch 2 firefox`;
 * undefined where none is kept.
 */
export function measuredRecording(name: string): Recorded | undefined {
  const [id, column, http, engine] = name.split(' ');
  const by = engines.find((each) => each === engine);
  const row = rows.find((each) => each.id === id);
  if (!row || !by) return undefined;
  const way = column as Column;
  const cell = measuredCell(by, row.id, way, http as Http);
  const file = cell?.recording;
  if (file === undefined) return undefined;
  return {
    title: `${row.title}: ${columns[way]}, HTTP/${http}, ${measuredMessage(by, cell).title}`,
    bytes: readFileSync(new URL(`../${file}`, folder)),
  };
}

/** In which browsers the words were measured. */
export const eachMeasured = (): Record<Engine, MeasuredMessage> =>
  eachEngine((engine) => measuredMessage(engine));

function measuredMessage(engine: Engine, cell?: MeasuredCell): MeasuredMessage {
  const { date, ...version } = measuredIn(engine, cell);
  return {
    title: versionInWords(version),
    version: version.version,
    date,
    isRecorded: cell?.recording !== undefined,
  };
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
  const words = (http: Http) =>
    eachEngine((engine) => wordOf(claim, http, engine));
  const measured = (http: Http) =>
    eachEngine((engine) =>
      measuredMessage(engine, measuredCell(engine, id, column, http)),
    );
  return {
    column,
    ...(said !== undefined && { said }),
    words: { '1.1': words('1.1'), '2': words('2') },
    measured: { '1.1': measured('1.1'), '2': measured('2') },
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
