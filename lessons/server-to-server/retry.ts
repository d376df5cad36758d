/**
 * Retries: what may be retried, when, and how often. A client that retries
 * without a pause and without an end brings down a server that is only busy.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { RequestError, type SimpleResponse } from './request.ts';
import type { Deadline } from './deadline.ts';

/** The first pause at most, in ms, and how far the pauses grow. */
export const usualBackoff = { first: 50, longest: 2_000 };

/**
 * The pause after the n-th try, in ms: a random part (jitter) of a limit that
 * doubles (exponential backoff). Jitter spreads clients that failed together.
 */
export function pauseAfter(
  n: number,
  { first, longest } = usualBackoff,
  random = Math.random,
): number {
  return random() * Math.min(longest, first * 2 ** (n - 1));
}

/**
 * A budget for all requests to one server together: each success earns a part
 * of a retry, each retry costs a whole one. While a server is well, there is
 * always a retry left; when it is down, retries add a tenth to its load, and
 * not a multiple.
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

/** Whether the same request may succeed later. A 400 will not. */
export function isRetryable(outcome: SimpleResponse | unknown): boolean {
  if (outcome instanceof RequestError) return true;
  const { status } = outcome as SimpleResponse;
  return [429, 502, 503, 504].includes(status);
}

/**
 * Tries until there is a response that is final, the deadline is near, or the
 * budget is spent. The request must be safe to repeat: a GET, or one with an
 * idempotency key.
 *
 * @returns the last response
 * @throws what the last try threw
 */
export async function retry(
  attempt: () => Promise<SimpleResponse>,
  {
    deadline,
    budget,
    backoff = usualBackoff,
  }: {
    deadline: Deadline;
    budget: ReturnType<typeof createBudget>;
    backoff?: typeof usualBackoff;
  },
): Promise<SimpleResponse> {
  for (let n = 1; ; n++) {
    let outcome: SimpleResponse | undefined;
    let error: unknown;
    try {
      outcome = await attempt();
    } catch (thrown) {
      error = thrown;
    }
    if (outcome && !isRetryable(outcome)) {
      budget.earn();
      return outcome;
    }
    if (!outcome && !isRetryable(error)) throw error;

    // A server may ask for a pause, in seconds: RFC 9110, 10.2.3 (Retry-After).
    const wanted = Number(outcome?.headers['retry-after'] ?? 0) * 1_000;
    const ms = Math.max(wanted || 0, pauseAfter(n, backoff));

    // Too late for another try, or no budget: report what happened.
    const mayTry = ms < deadline.left && budget.spend();
    if (mayTry) await pause(ms);
    else if (outcome) return outcome;
    else throw error;
  }
}
