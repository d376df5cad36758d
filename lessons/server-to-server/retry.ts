/**
 * Trying again: what may be tried again, when, and how often. Who retries
 * without end and without a pause finishes off a server that is only busy.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { AskError, type Answer } from './ask.ts';
import type { Deadline } from './deadline.ts';

/** How long the pauses are, in ms, and how far they grow. */
export const usualPauses = { first: 50, longest: 2_000 };

/**
 * The pause before the try after the n-th: somewhere between nothing and a
 * limit that doubles. The randomness spreads those who failed together.
 */
export function pauseAfter(
  n: number,
  { first, longest } = usualPauses,
  random = Math.random,
): number {
  return random() * Math.min(longest, first * 2 ** (n - 1));
}

/**
 * A budget for all requests to one server together: each that succeeds pays
 * in a part of a retry, each retry costs a whole one. While a server is well
 * there is always one left; when it is down, retries add a tenth to its load,
 * and not a multiple.
 */
export function createBudget({ most = 20, share = 0.1 } = {}) {
  let left = most;
  return {
    get left() {
      return left;
    },
    earn() {
      left = Math.min(most, left + share);
    },
    /** @returns whether there was one left */
    spend() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}

/** Whether the same request may have more luck later. A 400 will not. */
export function isWorthATry(outcome: Answer | unknown): boolean {
  if (outcome instanceof AskError) return true;
  const { status } = outcome as Answer;
  return [429, 502, 503, 504].includes(status);
}

/**
 * Tries until there is an answer that is final, the deadline is near, or the
 * budget is spent. What is tried must be safe to repeat: a GET, or a request
 * with an idempotency key.
 *
 * @returns the last answer
 * @throws what the last try threw
 */
export async function retry(
  attempt: () => Promise<Answer>,
  {
    deadline,
    budget,
    pauses = usualPauses,
  }: {
    deadline: Deadline;
    budget: ReturnType<typeof createBudget>;
    pauses?: typeof usualPauses;
  },
): Promise<Answer> {
  for (let n = 1; ; n++) {
    let outcome: Answer | undefined;
    let error: unknown;
    try {
      outcome = await attempt();
    } catch (thrown) {
      error = thrown;
    }
    if (outcome && !isWorthATry(outcome)) {
      budget.earn();
      return outcome;
    }
    if (!outcome && !isWorthATry(error)) throw error;

    // A server that asks for a pause gets it, in seconds: RFC 9110, 10.2.3.
    const asked = Number(outcome?.headers['retry-after'] ?? 0) * 1_000;
    const ms = Math.max(asked || 0, pauseAfter(n, pauses));

    // Who would come too late, or too often, says what happened instead.
    const mayTry = ms < deadline.left && budget.spend();
    if (mayTry) await pause(ms);
    else if (outcome) return outcome;
    else throw error;
  }
}
