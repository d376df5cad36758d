import { concat } from '@on-the-wire/wire/bytes.ts';
import type { Direction, Unit } from '@on-the-wire/wire/unit.ts';

/** What has recorded bytes, by their raw offsets: a tap, or a saved file. */
interface Recorded {
  bytes(
    connection: number,
    direction: Direction,
    start: number,
    end: number,
  ): Uint8Array | undefined;
}

/**
 * All bytes of a unit, its ranges joined; a copy where the recording is live.
 *
 * @returns undefined where some of them are no longer kept
 */
export function recordedBytes(
  recording: Recorded,
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
