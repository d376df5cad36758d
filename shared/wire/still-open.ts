/**
 * Says of the units that saving cut short that they are: the connection was
 * open, so their decoders, which are told that it has ended, would blame a peer.
 */
import { byteCount } from './text.ts';
import { plainDissector, type Unit } from './unit.ts';

/** What is said of a connection that has no end in its file. */
export const STILL_OPEN = 'still open when the run was saved';

/** So every decoder says it. */
const ENDED = /\bthe (?:connection|stream) ended\b/;

/**
 * What a decoder tells at the end of bytes, where only their recording ends.
 * Others among these units may have waited, and are whole.
 *
 * @returns nothing where no byte was waiting for others
 */
export function sayStillOpen(unit: Unit): Unit[] {
  const { kind, direction, size, summary, problem } = unit;
  const isCut = ENDED.test(problem ?? summary);
  if (kind === 'malformed' && isCut) {
    if (size === 0) return [];
    const dissector = plainDissector;
    const so = `${byteCount(size)} so far, ${STILL_OPEN}`;
    return [
      { ...unit, kind: 'bytes', summary: so, problem: undefined, dissector },
    ];
  }
  if (kind === 'no event' && isCut) {
    const so = `unfinished event: ${byteCount(size)} so far`;
    return [{ ...unit, summary: so }];
  }
  // The body of a response may go on until the connection ends.
  const goesOn = isCut || (kind === 'body' && direction === 'down');
  return goesOn
    ? [{ ...unit, summary: `${summary}, so far`, problem: undefined }]
    : [unit];
}
