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

export const choices = (): Record<string, Choice> => ({
  // The same for a million, and it may be old: a cache answers nearly all of
  // them, and nobody keeps a connection. Each question pays the line's length.
  lottery: {
    take: ['poll'],
    rows: ['passes-caches', 'idle-client'],
    fault: 'latency=delay:1s',
  },

  // Only the server has news; a click is a question with an answer. The stream
  // comes back by itself and says where it was. A proxy that holds answers back
  // silences it, without an error.
  ward: {
    take: ['sse', 'request'],
    rows: ['resumes', 'survives-a-cut'],
    fault: 'buffer=size:64kB',
  },

  // Both speak whenever they like, in frames of a few bytes. On one connection
  // a late packet holds up all behind it.
  tennis: {
    take: ['websocket'],
    rows: ['speaks-first', 'framing'],
    fault: 'latency=delay:1s',
  },

  // The question has a body, the answer an end: an EventSource has neither, and
  // would ask once more.
  translator: {
    take: ['stream'],
    rows: ['response-streaming', 'survives-a-cut'],
    fault: 'buffer=size:64kB',
  },

  // What remains is whole answers, asked for before there is one. Each round
  // costs the way there and back.
  court: {
    take: ['long-poll'],
    rows: ['buffering-proxy', 'application-protocol'],
    fault: 'latency=delay:1s',
  },
});
