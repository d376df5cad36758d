/** An announcement by HTTP: one key for its tries, one deadline over all. */
import { randomUUID } from 'node:crypto';
import { ask, type createAgent, type Limits } from './ask.ts';
import { Deadline } from './deadline.ts';
import { retry, type createBudget, type usualPauses } from './retry.ts';

/**
 * Has it spoken once, whatever is lost on the way.
 *
 * @param ms until it must be done, retries included
 * @throws when there is no answer by then, or one that says no: whether it was
 *   spoken is then not known
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
    limits: Limits;
    pauses: typeof usualPauses;
  },
): Promise<void> {
  const { agent, budget, limits, pauses } = means;
  const deadline = new Deadline(ms);
  const headers = {
    'Content-Type': 'text/plain; charset=utf-8',
    'Idempotency-Key': randomUUID(),
  };
  const request = { agent, limits, method: 'POST', headers, body: text };
  const attempt = () => ask(url, deadline, request);
  const { status, body } = await retry(attempt, { deadline, budget, pauses });
  if (status >= 300) throw new Error(`${status} ${body}`);
}
