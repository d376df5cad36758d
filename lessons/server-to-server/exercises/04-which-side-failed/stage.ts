/** In the learner's process: its clock, and the browsers that leave it. */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

/** Requests that the gateway was asked, with its answers to them. */
const asked: { request: IncomingMessage; response: ServerResponse }[] = [];
subscribe('http.server.request.start', (message) => {
  asked.push(message as (typeof asked)[number]);
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

/** Resolves when whoever asked for this path the last time has left. */
export async function left(_mine: object, path: string) {
  const { response } = asked.findLast(({ request }) => request.url === path)!;
  if (!response.closed) await new Promise((tell) => response.on('close', tell));
}
