/**
 * Five products: the ways to talk that each needs, two rows of the table that
 * decide it, and a fault of the network that hurts it.
 */
import type { Way } from '@on-the-wire/shared/compare/choosing/choose.ts';

export interface Choice {
  /** 'request', 'poll', 'long-poll', 'stream', 'sse', 'websocket': one or two. */
  take: Way[];
  /** Two ids of rows, as you give them to `pnpm compare --claims --only`. */
  rows: [string, string];
  /** A fault, as you give it to `pnpm compare --fault`. */
  fault: string;
}

// TODO: one way for everything is what comes to mind first. Choose for each.
const socket: Choice = {
  take: ['websocket'],
  rows: ['speaks-first', 'framing'],
  fault: 'latency=delay:20ms',
};

export const choices = (): Record<string, Choice> => ({
  // Lottery numbers are drawn twice a week, and a million people look them up.
  // Half an hour late is early enough: only what never comes is too late.
  lottery: socket,

  // Somebody in a ward rings the bell. All screens show it at once, and none
  // may miss it. A nurse who takes the call with a click learns whether she was
  // the first. Half a second more is too late.
  ward: socket,

  // Two people play tennis on their phones. Rackets and ball take sixty
  // positions a second in each direction, in as few bytes as possible. Only the
  // newest position counts, and 100 ms more is too late.
  tennis: socket,

  // Somebody pastes a text of ten pages. The translation arrives sentence by
  // sentence, each as soon as it is ready, and ends with the last one. Half a
  // second more is too late.
  translator: socket,

  // Clerks of a court see new cases at once, one every few seconds, and may miss
  // none. Their offices have proxies that buffer responses and pass on only
  // plain HTTP. Half a second more is too late.
  court: socket,
});
