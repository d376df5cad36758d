/** The machine that measured: figures mean nothing without it. */
import { cpus, totalmem, type as system } from 'node:os';
import { courseVersion } from '@on-the-wire/system/version.ts';

/** What was measured, and on what: two lines. */
export function measured(): string {
  return `On the Wire ${courseVersion()}\n${machine()}`;
}

/** What was measured on, in one line. */
export function machine(): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return (
    `${system()}, ${cores.length} cores (${cores[0]?.model.trim() ?? '?'}), ` +
    `${memory} GiB, Node ${process.versions.node}`
  );
}
