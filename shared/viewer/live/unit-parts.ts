import type { Unit } from '@on-the-wire/wire/unit.ts';
import type { UnitLine } from '../source.ts';

/** What a line has of its unit: all but the bytes. */
export function unitParts(
  unit: Unit,
): Omit<UnitLine, 'n' | 'connection' | 'link' | 'time'> {
  const { kind, direction, layer, size, payload, counts, summary } = unit;
  const { ranges, text, problem, exchange, stream, message } = unit;
  return {
    kind,
    direction,
    layer,
    start: ranges[0]?.[0] ?? 0,
    end: ranges.at(-1)?.[1] ?? 0,
    size,
    payload,
    counts,
    summary,
    ...(text !== undefined && { text }),
    ...(problem !== undefined && { problem }),
    ...(exchange !== undefined && { exchange }),
    ...(stream !== undefined && { stream }),
    ...(message !== undefined && { message }),
  };
}
