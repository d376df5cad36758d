/**
 * What to take for five products, and why: the ways to talk that each needs,
 * two rows of the table that decide, and a fault of the network that hurts it.
 */
import type { Way } from '@on-the-wire/shared/compare/choosing/choose.ts';

export interface Choice {
  /** All that it needs: request, poll, long-poll, stream, sse, websocket. */
  take: Way[];
  /** Their names, as `pnpm compare --claims --only` takes them. */
  rows: [string, string];
  /** As `--fault` takes it. */
  fault: string;
}

// TODO: one way for everything comes to mind first. Choose.
const socket: Choice = {
  take: ['websocket'],
  rows: ['speaks-first', 'framing'],
  fault: 'latency=delay:20ms',
};

export const choices = (): Record<string, Choice> => ({
  // Numbers are drawn twice a week, and a million people look them up. Half an
  // hour late is early enough.
  lottery: socket,

  // A patient rings for a nurse. All screens of the ward show it at once, and
  // none may miss it. The nurse who takes the call with a click learns whether
  // somebody else was faster.
  ward: socket,

  // Two people play tennis on their phones: bats and ball, sixty positions a
  // second in each direction, in as few bytes as possible. Only the newest
  // position counts.
  tennis: socket,

  // Somebody pastes a text of ten pages. The translation comes sentence by
  // sentence, as each is ready, and ends with the last one.
  translator: socket,

  // Clerks of a court see new cases, one every few seconds, and may miss none.
  // The proxies of their offices pass on only complete responses, and nothing
  // but plain HTTP.
  court: socket,
});
