/**
 * Delivers what lies in a queue, each letter until it was taken: at least once.
 * Whoever is killed in between begins again where the disk says.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ask, type createAgent } from './ask.ts';
import { Deadline } from './deadline.ts';
import type { Item, openQueue } from './queue.ts';
import { isWorthATry, pauseAfter } from './retry.ts';
import { fieldsOf } from './webhook.ts';

export function startDelivery(
  queue: ReturnType<typeof openQueue>,
  {
    url,
    secret,
    agent,
  }: { url: string; secret: string; agent: ReturnType<typeof createAgent> },
) {
  const counts = { delivered: 0, refused: 0 };
  const stopped = new AbortController();
  let wake = () => {};

  /** Signs each copy anew: the time is part of what is signed. */
  async function deliver({ id, body }: Item) {
    const time = Math.floor(Date.now() / 1_000);
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      ...fieldsOf(secret, { id, time, body }),
    };
    const method = 'POST';
    const deadline = new Deadline(5_000);
    return ask(url, deadline, { agent, method, headers, body });
  }

  async function run() {
    for (let failures = 0; !stopped.signal.aborted;) {
      const [item] = queue.pending();
      if (!item) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const outcome = await deliver(item).catch((error: unknown) => error);
      if (stopped.signal.aborted) return;
      if (isWorthATry(outcome)) {
        failures += 1;
        const ms = pauseAfter(failures);
        await pause(ms, undefined, stopped).catch(() => {});
        continue;
      }
      // Taken, or refused for good: a 401 will not turn into anything else.
      failures = 0;
      const isTaken = (outcome as { status: number }).status < 300;
      counts[isTaken ? 'delivered' : 'refused'] += 1;
      queue.done(item.id);
    }
  }
  const running = run();

  return {
    counts,
    /** There is something new in the queue. */
    look: () => wake(),
    async stop() {
      stopped.abort();
      wake();
      await running;
    },
  };
}
