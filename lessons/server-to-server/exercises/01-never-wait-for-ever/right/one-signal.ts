// Right, and different: `fetch`, and one signal for tries and pauses.

import { setTimeout as wait } from 'node:timers/promises';

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
  const signal = AbortSignal.timeout(timeoutMs);
  const end = Date.now() + timeoutMs;
  for (let n = 1; ; n += 1) {
    const isLast = () => n >= tries || Date.now() + pause >= end;
    try {
      const left = String(Math.max(0, end - Date.now()));
      const headers = { 'Time-Left': left };
      const response = await fetch(url, { signal, headers });
      const body = await response.text();
      if (response.status !== 503 || isLast())
        return { status: response.status, body };
    } catch (error) {
      if (signal.aborted || isLast()) throw error;
    }
    await wait(pause, undefined, { signal });
  }
}
