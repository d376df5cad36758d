/**
 * Five products: the ways to talk that each needs, two rows of the table that
 * decide it, and a fault of the network that hurts it.
 */
import type { Way } from '@on-the-wire/shared/compare/choosing/choose.ts';

export interface Choice {
  /** 'request', 'poll', 'long-poll', 'stream', 'sse', 'websocket': one or two. */
  take: Way[];
  /** Two ids, as after `pnpm compare --claims --only`. */
  rows: [string, string];
  /** As after `--fault`. */
  fault: string;
}

export const choices = (): Record<string, Choice> => ({
  // The same for a million, and it may be old: a cache responds to nearly all
  // of them, and no connection stays open. What may be late is hurt only by a
  // server that nobody reaches.
  lottery: {
    take: ['poll'],
    rows: ['passes-caches', 'idle-client'],
    fault: 'down',
  },

  // Only the server has news; a click is a request with a response. The browser
  // reconnects the event stream by itself and names the last id. A buffering
  // proxy silences the stream, without an error.
  ward: {
    take: ['sse', 'request'],
    rows: ['resumes', 'survives-a-cut'],
    fault: 'buffer=size:64kB',
  },

  // Both send whenever they like, in frames of a few bytes. On one connection a
  // late packet holds up everything behind it.
  tennis: {
    take: ['websocket'],
    rows: ['speaks-first', 'framing'],
    fault: 'latency=delay:300ms',
  },

  // The request has a body, and the response ends. An EventSource sends no
  // body, and would send its request again after the end.
  translator: {
    take: ['stream'],
    rows: ['response-streaming', 'survives-a-cut'],
    fault: 'buffer=size:64kB',
  },

  // Only complete responses get through: each request waits at the server until
  // there is news. Each costs a round trip.
  court: {
    take: ['long-poll'],
    rows: ['buffering-proxy', 'application-protocol'],
    fault: 'latency=delay:1s',
  },
});
