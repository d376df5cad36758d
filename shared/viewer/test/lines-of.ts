/** Lines of one connection whose bytes a test writes down, read by read. */
import { decodeConnection } from '@on-the-wire/wire/connection.ts';
import type { Direction } from '@on-the-wire/wire/unit.ts';
import { unitParts } from '../live/unit-parts.ts';
import type { Line } from '../source.ts';

/** The units of these reads, as lines; each read comes 10 ms after the last. */
export function linesOf(
  reads: readonly (readonly [Direction, string])[],
): Line[] {
  const decoder = decodeConnection();
  const lines: Line[] = [];
  for (const [at, [direction, text]] of reads.entries())
    for (const unit of decoder.feed(direction, Buffer.from(text)))
      lines.push({
        n: lines.length,
        connection: 1,
        time: at * 10,
        ...unitParts(unit),
      });
  return lines;
}
