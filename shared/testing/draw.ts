/** What is random about a case: the same seed and the same case, the same draws. */
import { randomFrom } from '@on-the-wire/tap/random.ts';

/** Draws from a case's own sequence. */
export interface Draw {
  /** A whole number from 0, less than this. */
  below(end: number): number;
  /** One of them, each as likely. */
  one<T>(from: readonly T[]): T;
  /** True so often: 0 never, 1 always. */
  chance(share: number): boolean;
}

/**
 * Begins a sequence of draws.
 *
 * @param what names the case; each has a sequence of its own
 */
export function drawFrom(seed: string, what: string): Draw {
  const random = randomFrom(0, `${seed} ${what}`);
  const below = (end: number) => Math.floor(random() * end);
  return {
    below,
    one: (from) => from[below(from.length)]!,
    chance: (share) => random() < share,
  };
}
