/** Writes what was measured of the proxies: for maintainers. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import {
  proxyCellName,
  measuredProxiesFile,
  measuredProxies,
  proxyRecording,
  recordings,
  type MeasuredProxy,
} from './measured.ts';
import type { SettledProxy } from './settle.ts';

/**
 * Writes `measured.json`, and a recording of each cell. What was measured of
 * other proxies stays.
 *
 * @param all everything that is asked of some proxies
 * @param date `2026-11-29`
 */
export function writeMeasuredProxies(
  all: readonly SettledProxy[],
  date: string,
): void {
  const now: Record<string, MeasuredProxy> = { ...measuredProxies };
  mkdirSync(recordings, { recursive: true });
  for (const id of new Set(all.map(({ subject }) => subject.id))) {
    for (const file of readdirSync(recordings))
      if (file.startsWith(`${id}_`)) rmSync(new URL(file, recordings));
    const own = all.filter(({ subject }) => subject.id === id);
    const { version, builder } = own[0]!.installed;
    const cells = own.map(({ column, http, word, evidence, recording }) => {
      const name = proxyCellName(id, column.id, http);
      if (recording) writeFileSync(proxyRecording(name), recording);
      return [name, { word, evidence }] as const;
    });
    now[id] = { version, builder, date, cells: Object.fromEntries(cells) };
  }
  writeFileSync(measuredProxiesFile, `${JSON.stringify(now, null, 2)}\n`);
}
