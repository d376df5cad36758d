/** The wire in the terminal: a line for each unit, and its bytes on request. */
import type { Tap } from '@on-the-wire/tap/tap.ts';
import { nodeDecompressors } from '@on-the-wire/wire/coding/node-decompressors.ts';
import { dump, lineOf } from '@on-the-wire/wire/dump.ts';
import { notCounted, countsInWords } from '../counts-in-words.ts';
import { recordedBytes } from './recorded-bytes.ts';
import type { LiveUnit, LiveUnits, Note } from './live-units.ts';

/**
 * Prints what goes through a tap, as it happens.
 *
 * @param what `lines`: a line for each unit; `bytes`: its fields and bytes too
 * @param log writes one line
 */
export function printWire(
  tap: Tap,
  units: LiveUnits,
  what: 'lines' | 'bytes',
  log: (line: string) => void,
): void {
  units.on('unit', (live) => {
    const [first, ...rest] =
      what === 'bytes' ? dumpOf(tap, live) : [lineOf(live.unit)];
    log(`${when(live)}${first}`);
    for (const line of rest) log(line);
  });
  units.on('note', (note) => log(`${when(note)}· ${way(note)}${note.text}`));
}

/**
 * Prints what the run came to, when it is over; nothing without a connection.
 *
 * @param log writes one line
 */
export function printCounts(
  { counts }: LiveUnits,
  log: (line: string) => void,
): void {
  if (counts.connections === 0) return;
  for (const { name, value, about } of countsInWords(counts))
    log(`${name.padEnd(17)}${value.padStart(16)}  ${about}`);
  log(notCounted);
}

/** Where an end travelled. The text of a fault contains that. */
function way({ kind, direction }: Note): string {
  if (kind !== 'end' || !direction) return '';
  return direction === 'up' ? '→ ' : '← ';
}

/**
 * `  1.234 s #2 `: since the tap began, and on which connection; of several
 * links, on which.
 */
function when({ time, connection, link }: LiveUnit | Note): string {
  const seconds = (time / 1000).toFixed(3).padStart(8);
  const on = link === undefined ? '' : `${link.padEnd(18)} `;
  return `${seconds} s ${`#${connection}`.padEnd(4)}${on}`;
}

function dumpOf(tap: Tap, { connection, unit }: LiveUnit): string[] {
  const bytes = recordedBytes(tap.recording, connection, unit);
  if (!bytes) return [lineOf(unit), '  Its bytes are no longer kept.'];
  return dump(unit, bytes, nodeDecompressors);
}
