import type { Entry } from './live/line-ring.ts';
import { unitParts } from './live/unit-parts.ts';
import type { Line } from './source.ts';

/** What was kept of a unit or a note, as the line of this number. */
export function toLine(entry: Entry, n: number): Line {
  const { connection, time } = entry;
  const on = entry.link === undefined ? {} : { link: entry.link };
  if (!('unit' in entry)) {
    const { kind, text: summary, direction } = entry;
    return {
      n,
      connection,
      ...on,
      time,
      kind,
      summary,
      ...(direction && { direction }),
    };
  }
  return { n, connection, ...on, time, ...unitParts(entry.unit) };
}
