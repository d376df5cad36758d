/** Writes what was measured of the claims: for maintainers. */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Engine } from '@on-the-wire/browser/engines.ts';
import {
  cellName,
  isRecorded,
  measuredClaims,
  measuredFile,
  type MeasuredEngine,
} from './measured.ts';
import type { Settled } from './settle.ts';

/** Where the recordings are, below this folder. */
const FOLDER = 'recordings';

/**
 * Writes `measured.json`, and the recordings of the cells that have one. What was
 * measured in other engines stays, and so do other rows.
 *
 * @param all whole rows of some engines, over both versions of HTTP, with
 *   recordings; the whole table, or some of its rows
 * @param date `2026-11-29`
 */
export function writeMeasured(all: readonly Settled[], date: string): void {
  const now: Partial<Record<Engine, MeasuredEngine>> = { ...measuredClaims };
  const ran = new Map(all.map(({ version }) => [version.engine, version]));
  for (const [engine, { product, version, builder }] of ran) {
    const folder = `${FOLDER}/${engine}`;
    const cells = all
      .filter((settled) => settled.version.engine === engine)
      .map((settled) => {
        const { row, claim, http, word, evidence } = settled;
        const name = cellName(row.id, claim.column, http);
        if (!isRecorded(row, claim, http, engine))
          return [name, { word, evidence }] as const;
        const recording = `${folder}/${row.id}-${claim.column}-http${http}.pcapng`;
        return [name, { word, evidence, recording }] as const;
      });
    const before = measuredClaims[engine];
    const isWhole = Object.keys(before.cells).every((name) =>
      cells.some(([each]) => each === name),
    );
    if (isWhole)
      rmSync(new URL(folder, measuredFile), { recursive: true, force: true });
    mkdirSync(new URL(folder, measuredFile), { recursive: true });
    now[engine] = isWhole
      ? { product, version, builder, date, cells: Object.fromEntries(cells) }
      : {
          ...before,
          cells: {
            ...before.cells,
            ...Object.fromEntries(
              cells.map(([name, cell]) => [
                name,
                {
                  ...cell,
                  ...(version !== before.version && { version }),
                  ...(date !== before.date && { date }),
                },
              ]),
            ),
          },
        };
  }
  for (const { version, row, claim, http, file } of all) {
    const cell =
      now[version.engine]!.cells[cellName(row.id, claim.column, http)];
    if (cell?.recording)
      copyFileSync(file!, new URL(cell.recording, measuredFile));
  }
  writeFileSync(measuredFile, `${JSON.stringify(now, null, 2)}\n`);
}
