/** What a run came to: connections, round trips, bytes, and what they carried. */
import type { Unit } from '@on-the-wire/wire/unit.ts';
import type { Counts, NoteLine } from './source.ts';

/** What of a unit is counted. */
type Counted = Pick<
  Unit,
  | 'kind'
  | 'direction'
  | 'layer'
  | 'size'
  | 'payload'
  | 'counts'
  | 'updates'
  | 'summary'
> & { problem?: string | undefined };

/** The counts of a run in which nothing has happened yet. */
export function noCounts(): Counts {
  return {
    connections: 0,
    roundTrips: 0,
    up: 0,
    down: 0,
    payload: 0,
    updates: 0,
    problems: 0,
    faults: 0,
  };
}

/** Units that complete a round trip: the second half of an exchange. */
const replies = new Set<Unit['kind']>([
  'websocket pong',
  'mqtt CONNACK',
  'mqtt SUBACK',
  'mqtt UNSUBACK',
  'mqtt PUBACK',
  'mqtt PUBCOMP',
  'mqtt PINGRESP',
]);

/** Adds a note to the counts, which are changed in place. */
export function countNote(counts: Counts, kind: NoteLine['kind']): void {
  if (kind === 'open') counts.connections += 1;
  if (kind === 'fault') counts.faults += 1;
}

/** Adds a unit to the counts, which are changed in place. */
export function countUnit(counts: Counts, unit: Counted): void {
  const { kind, direction, layer, size, payload } = unit;
  if (layer === 0) counts[direction] += size;
  if (unit.counts) counts.payload += payload;
  if (unit.problem !== undefined) counts.problems += 1;
  if (direction === 'down') counts.updates += unit.updates;
  if (replies.has(kind) || isFinalResponse(unit)) counts.roundTrips += 1;
}

const ONE = '1'.charCodeAt(0);

/** A response that is not 1xx, save 101: RFC 9110, 15.2. */
function isFinalResponse({ kind, direction, summary }: Counted): boolean {
  if (direction !== 'down') return false;
  // It begins with the status code: to look at it costs less than a pattern.
  if (kind === 'http/1.1 response headers')
    return summary.charCodeAt(0) > ONE || summary.startsWith('101');
  return (
    (kind === 'http/2 HEADERS' || kind === 'http/2 header list') &&
    /, [2-9]\d\d\b/.test(summary)
  );
}
