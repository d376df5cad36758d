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

export const choices = (): Record<string, Choice> => ({
  // The same for a million, and it may be old: a cache sends nearly all of the
  // responses, and no connection stays open. Each poll costs a round trip.
  lottery: {
    take: ['poll'],
    rows: ['passes-caches', 'idle-client'],
    fault: 'latency=delay:1s',
  },

  // Only the server has news; a click is a request with a response. The event
  // stream reconnects by itself and resumes after its last id. A proxy that
  // buffers responses silences it, without an error.
  ward: {
    take: ['sse', 'request'],
    rows: ['resumes', 'survives-a-cut'],
    fault: 'buffer=size:64kB',
  },

  // Both send whenever they like, in frames of a few bytes. On one connection a
  // late packet holds up all that is behind it (head-of-line blocking).
  tennis: {
    take: ['websocket'],
    rows: ['speaks-first', 'framing'],
    fault: 'latency=delay:1s',
  },

  // The request has a body, and the response an end: an EventSource sends no
  // body, and would reconnect after the end.
  translator: {
    take: ['stream'],
    rows: ['response-streaming', 'survives-a-cut'],
    fault: 'buffer=size:64kB',
  },

  // What remains is complete responses, requested before there is news. Each
  // update costs a round trip.
  court: {
    take: ['long-poll'],
    rows: ['buffering-proxy', 'application-protocol'],
    fault: 'latency=delay:1s',
  },
});
