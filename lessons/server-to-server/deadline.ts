/**
 * A deadline: the moment after which nobody waits for the response any more.
 * It is set once, where a request begins, and passed on to each server that
 * takes part.
 *
 * On the wire it is the time left, in ms, and not a time of day: the clocks of
 * two machines seldom agree.
 */

/** The header that passes it on: the time left, in ms. */
export const timeLeft = 'time-left';

export class Deadline {
  /** When it passes, by `performance.now()`. */
  readonly at: number;

  /** @param ms from now on */
  constructor(ms: number) {
    this.at = performance.now() + ms;
  }

  /** The time left, in ms: 0 once it has passed. */
  get left(): number {
    return Math.max(0, Math.floor(this.at - performance.now()));
  }

  /** The header for the next server in the chain. */
  get headers(): Record<string, string> {
    return { [timeLeft]: String(this.left) };
  }
}

/**
 * The deadline that came with a request, `most` ms at the latest. A request
 * without one, or with nonsense, gets `most`.
 */
export function deadlineOf(
  headers: Record<string, string | string[] | undefined>,
  most: number,
): Deadline {
  const value = headers[timeLeft];
  const ms = /^\d{1,9}$/.test(String(value)) ? Number(value) : most;
  return new Deadline(Math.min(ms, most));
}
