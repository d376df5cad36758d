/**
 * A deadline: the moment after which nobody waits for the answer any more. It
 * is set once, where a request begins, and passed on to everybody who helps.
 *
 * On the wire it is what is left, in ms, and not a time of day: two machines
 * seldom agree what time it is.
 */

/** The field that passes it on: what is left, in ms. */
export const timeLeft = 'time-left';

export class Deadline {
  /** When it is over, by `performance.now()`. */
  readonly at: number;

  /** @param ms from now on */
  constructor(ms: number) {
    this.at = performance.now() + ms;
  }

  /** What is left, in ms: 0 when it is over. */
  get left(): number {
    return Math.max(0, Math.floor(this.at - performance.now()));
  }

  /** The field for the next one in the chain. */
  get headers(): Record<string, string> {
    return { [timeLeft]: String(this.left) };
  }
}

/**
 * The deadline that a request brought. Nobody may ask for more than `most`, and
 * whoever names none, or nonsense, gets that.
 */
export function deadlineOf(
  headers: Record<string, string | string[] | undefined>,
  most: number,
): Deadline {
  const said = headers[timeLeft];
  const ms = /^\d{1,9}$/.test(String(said)) ? Number(said) : most;
  return new Deadline(Math.min(ms, most));
}
