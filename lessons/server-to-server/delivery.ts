/**
 * Delivers the webhook messages of a queue, each until the receiver has taken
 * it: at least once. A process that is killed meanwhile goes on from the disk.
 */
import { setTimeout as pause } from 'node:timers/promises';

import { Deadline } from './deadline.ts';
import type { Item, openQueue } from './queue.ts';
import { request, type createAgent } from './request.ts';
import { isRetryable, pauseAfter } from './retry.ts';
import { headersOf } from './webhook.ts';

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

  /** Signs every copy again: its time is part of what is signed. */
  async function deliver({ id, body }: Item) {
    const time = Math.floor(Date.now() / 1_000);
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      ...headersOf(secret, { id, time, body }),
    };
    const method = 'POST';
    const deadline = new Deadline(5_000);
    return request(url, deadline, { agent, method, headers, body });
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
      if (isRetryable(outcome)) {
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
    /** Say that there is something new in the queue. */
    look: () => wake(),
    async stop() {
      stopped.abort();
      wake();
      await running;
    },
  };
}
