/**
 * What was measured of the claims in every engine: `measured.json`, which
 * `pnpm compare --claims --engine all --write` writes. A test compares its words
 * with those of the rows.
 */
import { readFileSync } from 'node:fs';
import {
  engines,
  type Engine,
  type Version,
} from '@on-the-wire/browser/engines.ts';
import { wordOf, type Claim, type ClaimRow } from './claim.ts';
import type { Column, Http } from './columns.ts';

/** What came of a claim in one engine. */
export interface MeasuredCell {
  word: string;
  evidence: string;
  /** See `isRecorded`: a pcapng file, below this folder. */
  recording?: string;
  /** Where it was measured in another version than the rest: which, and when. */
  version?: string;
  date?: string;
}

/** One engine, and all that was measured in it. */
export interface MeasuredEngine extends Omit<Version, 'engine'> {
  /** `2026-11-29` */
  date: string;
  /** By their names: see `cellName`. */
  cells: Record<string, MeasuredCell>;
}

export const measuredFile = new URL('measured.json', import.meta.url);

export const measuredClaims: Readonly<Record<Engine, MeasuredEngine>> =
  JSON.parse(readFileSync(measuredFile, 'utf8'));

/** `request-streaming fetch 2` */
export const cellName = (row: string, column: Column, http: Http): string =>
  `${row} ${column} ${http}`;

/** What one engine showed in a cell; undefined where nothing was measured. */
export const measuredCell = (
  engine: Engine,
  row: string,
  column: Column,
  http: Http,
): MeasuredCell | undefined =>
  measuredClaims[engine].cells[cellName(row, column, http)];

/** In which version an engine showed a cell, and when. */
export const measuredIn = (
  engine: Engine,
  { version, date }: Partial<MeasuredCell> = {},
): Omit<MeasuredEngine, 'cells'> => ({
  ...measuredClaims[engine],
  ...(version !== undefined && { version }),
  ...(date !== undefined && { date }),
});

/**
 * Whether a recording of a cell is kept: of each engine where they differ; of one
 * where a proxy decides, which is not on every machine.
 */
export const isRecorded = (
  { behind }: ClaimRow,
  claim: Claim,
  http: Http,
  engine: Engine,
): boolean =>
  differs(claim, http) || (behind !== undefined && engine === 'chromium');

/** Whether the engines have different words for a cell. */
export const differs = (claim: Claim, http: Http): boolean =>
  new Set(engines.map((engine) => wordOf(claim, http, engine))).size > 1;
