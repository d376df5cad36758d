// Right, and different: the lesson's own `request`, with one timeout for all phases.

import { setTimeout as wait } from 'node:timers/promises';
import { Deadline } from '../../../deadline.ts';
import { createAgent, request as tryOnce } from '../../../request.ts';

export interface RequestOptions {
  /** How long somebody waits for us, in ms: all tries together. */
  timeoutMs: number;
  /** How many tries at most. */
  tries: number;
  /** Between two tries, in ms. */
  pause: number;
}

/** The parts of a response that matter here. */
export interface SimpleResponse {
  status: number;
  body: string;
}

/**
 * Sends a GET request, and retries after a failure or a 503.
 *
 * @throws if no complete response came in time
 */
export async function request(
  url: string,
  { timeoutMs, tries, pause }: RequestOptions,
): Promise<SimpleResponse> {
  const deadline = new Deadline(timeoutMs);
  const agent = createAgent();
  // A phase may take all that is left.
  const timeouts = { connect: Infinity, headers: Infinity, body: Infinity };
  try {
    for (let n = 1; ; n += 1) {
      const isLast = n === tries || deadline.left <= pause;
      try {
        const response = await tryOnce(url, deadline, {
          agent,
          timeouts,
        });
        if (response.status !== 503 || isLast)
          return { status: response.status, body: response.body };
      } catch (error) {
        if (isLast || deadline.left <= pause) throw error;
      }
      await wait(pause);
    }
  } finally {
    agent.destroy();
  }
}
