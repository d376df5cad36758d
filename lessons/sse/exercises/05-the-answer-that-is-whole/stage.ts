/**
 * In the learner's process: a clock that the check moves, and calls of `ask`
 * that go on meanwhile.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { stopClock } from '@on-the-wire/system/clock.ts';
import type { AskOptions } from './exercise.ts';

type Mine = { ask?: (question: string, options: AskOptions) => unknown };

/** What can be copied of the options, and when the signal is aborted. */
export interface BeginOptions {
  origin: string;
  retryDelayMs: number;
  tries: number;
  /** As soon as this has been told; '' is before the call. */
  stopAt?: string;
}

/** What has come of a call so far. */
export interface State {
  /** All pieces, joined. */
  told: string;
  /** What `tell` got that was no text, if it did. */
  noText?: string;
  /** What it resolved with. */
  ending?: string;
  error?: { text: string; stack: string };
  /** Bytes that have come into this process so far, on all connections. */
  received: number;
}

const clock = stopClock();
const calls: { state: State; controller: AbortController }[] = [];
let received = 0;

export const exportsIt = (mine: Mine) => typeof mine.ask === 'function';

/** Calls it, and does not wait; returns the number of the call. */
export function begin(mine: Mine, question: string, options: BeginOptions) {
  const { origin, retryDelayMs, tries, stopAt } = options;
  const controller = new AbortController();
  const state: State = { told: '', received: 0 };
  if (stopAt === '') controller.abort();
  const tell = (piece: string) => {
    if (typeof piece !== 'string') state.noText ??= String(piece);
    state.told += String(piece);
    if (stopAt && state.told.endsWith(stopAt)) controller.abort();
  };
  const { signal } = controller;
  void (async () =>
    mine.ask!(question, { origin, retryDelayMs, tries, tell, signal }))().then(
    (ending) => {
      state.ending = String(ending);
    },
    (error: unknown) => {
      const { stack = '' } = Object(error) as Error;
      state.error = { text: String(error), stack };
    },
  );
  return calls.push({ state, controller }) - 1;
}

/** What has come of a call, when all that has come in was read. */
export async function look(_mine: Mine, call: number): Promise<State> {
  // What has come in may take some turns until its reader has it.
  for (let n = 0; n < 40; n += 1) await turn();
  return { ...calls[call]!.state, received };
}

export const stop = (_mine: Mine, call: number) =>
  calls[call]!.controller.abort();

/** So many ms pass, and what was due then is done. */
export async function pass(mine: Mine, call: number, ms: number) {
  await clock.elapse(ms);
  return look(mine, call);
}

subscribe('net.client.socket', (message) => {
  const { socket } = message as { socket: Socket };
  // Not by 'data': a listener would set the stream going.
  const push = socket.push.bind(socket);
  socket.push = (piece: Buffer | null) => {
    received += piece?.length ?? 0;
    return push(piece);
  };
});
