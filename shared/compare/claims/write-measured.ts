/** Writes what was measured of the claims: for maintainers. */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from '@on-the-wire/browser/engines.ts';
import {
  cellName,
  differs,
  measuredClaims,
  measuredFile,
  type MeasuredEngine,
} from './measured.ts';
import type { Settled } from './settle.ts';

/** Where the recordings are, below this folder. */
const FOLDER = 'recordings';

/**
 * Writes `measured.json`, and the recordings of the cells in which engines
 * differ. What was measured in other engines stays.
 *
 * @param all the whole table of some engines, with recordings
 * @param date `2026-11-29`
 */
export function writeMeasured(all: readonly Settled[], date: string): void {
  const now: Partial<Record<Engine, MeasuredEngine>> = { ...measuredClaims };
  const ran = new Map(all.map(({ version }) => [version.engine, version]));
  for (const [engine, { product, version, builder }] of ran) {
    const folder = `${FOLDER}/${engine}`;
    rmSync(new URL(folder, measuredFile), { recursive: true, force: true });
    const cells = all
      .filter((settled) => settled.version.engine === engine)
      .map((settled) => {
        const { row, claim, http, word, evidence } = settled;
        const name = cellName(row.id, claim.column, http);
        if (!differs(claim, http)) return [name, { word, evidence }] as const;
        const recording = `${folder}/${row.id}-${claim.column}-http${http}.pcapng`;
        const to = new URL(recording, measuredFile);
        mkdirSync(dirname(fileURLToPath(to)), { recursive: true });
        copyFileSync(settled.file!, to);
        return [name, { word, evidence, recording }] as const;
      });
    now[engine] = {
      product,
      version,
      builder,
      date,
      cells: Object.fromEntries(cells),
    };
  }
  writeFileSync(measuredFile, `${JSON.stringify(now, null, 2)}\n`);
}
