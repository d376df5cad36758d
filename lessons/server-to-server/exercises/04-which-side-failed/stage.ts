/** In the learner's process: its timers, and the browsers that leave it. */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** The requests that came to the gateway, with its responses. */
const exchanges: { request: IncomingMessage; response: ServerResponse }[] = [];
subscribe('http.server.request.start', (message) => {
  exchanges.push(message as (typeof exchanges)[number]);
});

/**
 * Resolves when so many ms are over for this process: what it had to do before
 * that it has done, as Node calls timers in the order in which they are due.
 */
export async function pass(_mine: object, ms: number) {
  // Second by second: a check waits for no timer of many seconds.
  for (let rest = ms; rest > 0; rest -= 1_000)
    await wait(Math.min(rest, 1_000));
}

/** Resolves when the browser that sent the last request for this path has left. */
export async function left(_mine: object, path: string) {
  const { response } = exchanges.findLast(
    ({ request }) => request.url === path,
  )!;
  if (!response.closed) await new Promise((tell) => response.on('close', tell));
}
