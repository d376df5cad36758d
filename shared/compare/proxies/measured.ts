/**
 * What was measured of the proxies for the course: `measured.json`, which
 * `pnpm compare --proxies --write` writes, and the recordings of it.
 */
import { readFileSync } from 'node:fs';
import type { Http } from '../claims/columns.ts';

/** What came of a measurement. */
export interface MeasuredProxyCell {
  word: string;
  evidence: string;
}

/** One proxy, and all that was measured of it. */
export interface MeasuredProxy {
  /** "1.22.1" */
  version: string;
  /** "Debian"; '' where it does not say. */
  builder: string;
  /** `2026-11-29` */
  date: string;
  /** By their names: see `proxyCellName`. */
  cells: Record<string, MeasuredProxyCell>;
}

export const measuredProxiesFile = new URL('measured.json', import.meta.url);

/** Where the recordings are: one of each cell. */
export const recordings = new URL('recordings/', import.meta.url);

/** @param name of a cell: see `proxyCellName` */
export const proxyRecording = (name: string): URL =>
  new URL(`${name.replaceAll(' ', '_')}.pcapng`, recordings);

/** By the ids of `subjects`. */
export const measuredProxies: Readonly<Record<string, MeasuredProxy>> =
  JSON.parse(readFileSync(measuredProxiesFile, 'utf8'));

/** `nginx first-event 1.1` */
export const proxyCellName = (
  subject: string,
  column: string,
  http: Http,
): string => `${subject} ${column} ${http}`;

/** What was measured of a cell; undefined where nothing was. */
export const measuredProxyCell = (
  subject: string,
  column: string,
  http: Http,
): MeasuredProxyCell | undefined =>
  measuredProxies[subject]?.cells[proxyCellName(subject, column, http)];
