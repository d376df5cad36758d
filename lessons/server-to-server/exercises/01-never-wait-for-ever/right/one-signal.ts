// Right, and different: `fetch`, and one signal for tries and pauses.

import { setTimeout as wait } from 'node:timers/promises';

export interface Question {
  /** How long somebody waits for us, in ms: all tries together. */
  ms: number;
  /** So many tries at most. */
  tries: number;
  /** Between two tries, in ms. */
  pause: number;
}

export interface Answer {
  status: number;
  body: string;
}

/**
 * Asks, and asks again after a failure or a 503.
 *
 * @throws where no whole answer came in time
 */
export async function ask(
  url: string,
  { ms, tries, pause }: Question,
): Promise<Answer> {
  const signal = AbortSignal.timeout(ms);
  const end = Date.now() + ms;
  let last: unknown;
  for (let n = 1; n <= tries; n += 1) {
    if (n > 1) await wait(pause, undefined, { signal });
    try {
      const left = String(Math.max(0, end - Date.now()));
      const headers = { 'Time-Left': left };
      const response = await fetch(url, { signal, headers });
      const body = await response.text();
      if (response.status !== 503 || n === tries)
        return { status: response.status, body };
    } catch (error) {
      signal.throwIfAborted();
      last = error;
    }
  }
  throw last;
}
