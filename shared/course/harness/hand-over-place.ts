/** Where a lesson's process leaves its feed to the next, during one run. */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A name for it that nobody else has, since two lessons may run at once. The
 * file is there only between two lives of the process; what the last one left
 * is removed when this process exits.
 *
 * @returns an absolute path
 */
export function placeToHandOver(): string {
  const path = join(tmpdir(), `on-the-wire-feed-${randomUUID()}.json`);
  process.once('exit', () => forget(path));
  return path;
}

/** Removes what is there, which is for nobody any more. */
export function forget(path: string | undefined): void {
  if (path) rmSync(path, { force: true });
}
