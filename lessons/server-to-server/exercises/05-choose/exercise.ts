/**
 * What to take for five products, and why: which ways to talk each needs, two
 * rows of the table that decide it, and a fault of the network that hurts it.
 */
import type { Way } from '@on-the-wire/shared/compare/choosing/choose.ts';

export interface Choice {
  /** 'request', 'poll', 'long-poll', 'stream', 'sse', 'websocket': all it needs. */
  take: Way[];
  /** By their names after `pnpm compare --claims --only`. */
  rows: [string, string];
  /** As after `--fault`. */
  fault: string;
}

// TODO: one way for everything is what comes to mind first. Choose.
const socket: Choice = {
  take: ['websocket'],
  rows: ['speaks-first', 'framing'],
  fault: 'latency=delay:20ms',
};

export const choices = (): Record<string, Choice> => ({
  // Numbers are drawn twice a week, and a million people look them up. Half an
  // hour late is early enough.
  lottery: socket,

  // A patient rings. All screens of the ward show it at once, and none may miss
  // it. A nurse who takes the call by a click is told whether she was the first.
  ward: socket,

  // Two people play tennis on their telephones. Bats and ball, sixty positions a
  // second in each direction, as few bytes as may be; only the newest counts.
  tennis: socket,

  // Somebody pastes a text of ten pages. Its translation comes sentence by
  // sentence, as each is ready; with the last one it is over.
  translator: socket,

  // Clerks of a court see new cases, one in some seconds, and may miss none.
  // Their offices have proxies that hold answers back and pass on nothing but
  // plain HTTP.
  court: socket,
});
