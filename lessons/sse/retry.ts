/**
 * How long a reader waits before it reconnects: the field `retry`. A browser
 * waits as long as it says, without jitter of its own. So readers that lost
 * the same server at the same moment reconnect at the same moment, too, unless
 * each was given a wait of its own.
 */
import { createRandom } from '@on-the-wire/shared/board/random.ts';

/**
 * @param retry ms, on average
 * @param jitter the share of it that is random, from 0 to 1: with 0.5, from
 *   half of `retry` to one and a half
 * @param seed the same seed gives the same waits, reader by reader
 * @returns a function that returns the next reader's wait, in ms
 */
export function createRetry(retry: number, jitter: number, seed: string) {
  const random = createRandom(seed);
  return () => Math.round(retry * (1 + jitter * (2 * random() - 1)));
}
