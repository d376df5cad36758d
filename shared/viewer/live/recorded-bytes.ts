import type { Recording } from '@on-the-wire/tap/tap.ts';
import { concat } from '@on-the-wire/wire/bytes.ts';
import type { Unit } from '@on-the-wire/wire/unit.ts';

/**
 * A copy of all bytes of a unit, its ranges joined.
 *
 * @returns undefined where some of them are no longer kept
 */
export function recordedBytes(
  recording: Pick<Recording, 'bytes'>,
  connection: number,
  { direction, ranges }: Pick<Unit, 'direction' | 'ranges'>,
): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  for (const [start, end] of ranges) {
    const part = recording.bytes(connection, direction, start, end);
    if (!part) return undefined;
    parts.push(part);
  }
  return concat(parts);
}
