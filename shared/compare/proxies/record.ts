/** Recordings of a learner's own measurements: `--record`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@on-the-wire/system/make-folder.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';
import { proxyCellName } from './measured.ts';
import type { SettledProxy } from './settle.ts';

/**
 * Makes the folder, before minutes of measuring.
 *
 * @throws UsageError (1) that says why not
 */
export function makeRecordFolder(folder: string): void {
  attempt(`The recordings cannot be kept in ${folder}`, () =>
    makeFolder(folder),
  );
}

/** Writes a file for each cell: `nginx_first-event_1.1.pcapng`. */
export async function recordProxies(
  folder: string,
  all: readonly SettledProxy[],
): Promise<void> {
  for (const { subject, column, http, recording } of all) {
    if (!recording) continue;
    const name = proxyCellName(subject.id, column.id, http).replaceAll(
      ' ',
      '_',
    );
    const file = join(folder, `${name}.pcapng`);
    await attempt(`The recording cannot be kept in ${file}`, () =>
      writeFile(file, recording),
    );
  }
}
