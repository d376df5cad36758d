/** An announcement over HTTP: one key for all its tries, and one deadline. */
import { randomUUID } from 'node:crypto';
import { request, type createAgent, type Timeouts } from './request.ts';
import { Deadline } from './deadline.ts';
import { retry, type createBudget, type usualBackoff } from './retry.ts';

/**
 * Has a text spoken once, whatever is lost on the way.
 *
 * @param ms until it must be done, retries included
 * @throws when there is no response by then, or one that says no; without a
 *   response nobody knows whether it was spoken
 */
export async function announce(
  url: string,
  text: string,
  {
    ms,
    ...means
  }: {
    ms: number;
    agent: ReturnType<typeof createAgent>;
    budget: ReturnType<typeof createBudget>;
    timeouts: Timeouts;
    backoff: typeof usualBackoff;
  },
): Promise<void> {
  const { agent, budget, timeouts, backoff } = means;
  const deadline = new Deadline(ms);
  const headers = {
    'Content-Type': 'text/plain; charset=utf-8',
    'Idempotency-Key': randomUUID(),
  };
  const options = { agent, timeouts, method: 'POST', headers, body: text };
  const attempt = () => request(url, deadline, options);
  const { status, body } = await retry(attempt, { deadline, budget, backoff });
  if (status >= 300) throw new Error(`${status} ${body}`);
}
