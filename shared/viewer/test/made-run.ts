/** Runs that tests write down: who said what, and when. */
import type { CapturedConnection } from '@on-the-wire/wire/capture.ts';
import { SavedRun } from '../saved/saved.ts';

/** ms since the run began, the direction, and what was said or how it ended. */
export type Step = readonly [
  time: number,
  direction: 'up' | 'down',
  said: string | Uint8Array | { ends: 'fin' | 'rst' },
];

/** Any time: what is shown counts from the first connection on. */
const BEGAN = 1_700_000_000_000;

/** A connection that was opened at `start`. */
export function connection(
  id: number,
  start: number,
  steps: readonly Step[],
): CapturedConnection {
  const made: CapturedConnection = {
    id,
    realPort: 3000,
    secure: false,
    start: BEGAN + start,
    reads: [],
    ends: [],
    comments: [],
  };
  for (const [after, direction, said] of steps) {
    const time = BEGAN + after;
    if (typeof said === 'object' && 'ends' in said)
      made.ends.push({ direction, time, how: said.ends });
    else made.reads.push({ direction, time, bytes: bytes(said) });
  }
  return made;
}

/** The run of these connections; the first one begins it. */
export function runOf(...connections: CapturedConnection[]): SavedRun {
  return new SavedRun({ connections });
}

/** The same with one connection, opened at the beginning. */
export function runWith(...steps: Step[]): SavedRun {
  return runOf(connection(1, 0, steps));
}

/** A frame of HTTP/2, RFC 9113, 4.1. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: string | Uint8Array = '',
): Uint8Array {
  const carried = bytes(payload);
  const made = new Uint8Array(9 + carried.length);
  const view = new DataView(made.buffer);
  view.setUint32(0, (carried.length << 8) | type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  made.set(carried, 9);
  return made;
}

/** Each character is a byte. */
function bytes(said: string | Uint8Array): Uint8Array {
  return typeof said === 'string' ? Buffer.from(said, 'latin1') : said;
}
