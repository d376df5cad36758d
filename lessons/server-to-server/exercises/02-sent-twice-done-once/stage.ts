/**
 * In the learner's process: a loudspeaker that can be held, and fails; which
 * requests came; and many announcements that begin in one moment.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, stopClock } from '@on-the-wire/system/clock.ts';
import type { SimpleResponse } from './exercise.ts';

type Mine = {
  announce(
    url: string,
    text: string,
    how: { tries: number },
  ): Promise<SimpleResponse>;
};

// In a container the number of a process is often the same after a restart.
Object.defineProperty(process, 'pid', { value: 1 });

/** All that it was to speak, in order. */
const spoken: string[] = [];
let failures = 0;
let held = '';
let gate: PromiseWithResolvers<void> | undefined;
let tell = () => {};

/** All requests that came in, in order. */
const requests: IncomingMessage[] = [];
subscribe('http.server.request.start', (message) => {
  requests.push((message as { request: IncomingMessage }).request);
});

/** What the learner's server gets beside the feed. */
export const options = () => ({ speak });

async function speak(text: string): Promise<string> {
  const number = spoken.push(text);
  tell();
  if (text === held) await gate?.promise;
  if (failures > 0) {
    failures -= 1;
    throw new Error('The amplifier is off');
  }
  return `announcement ${number}`;
}

/** From now on this text is not finished; until `release`. */
export function hold(_mine: object, text: string) {
  held = text;
  gate = Promise.withResolvers();
}

export function release() {
  gate?.resolve();
  gate = undefined;
}

/** The next so many fail. */
export function failNext(_mine: object, count: number) {
  failures = count;
}

/** How often this text was begun so far. */
export function timesOf(_mine: object, text: string) {
  return spoken.filter((each) => each === text).length;
}

/** Resolves when this text was begun so many times. */
export async function begun(mine: object, text: string, times: number) {
  while (timesOf(mine, text) < times)
    await new Promise<void>((resolve) => (tell = resolve));
}

/** Resolves when so many requests with this key have come in as a whole. */
export async function heard(_mine: object, key: string, times: number) {
  // Not by 'end': a server that knows the key may never read the text. And a
  // request whose connection was reset is never complete.
  const hasCome = (request: IncomingMessage) =>
    request.headers['idempotency-key'] === key &&
    (request.complete || request.destroyed);
  while (requests.filter(hasCome).length < times) await turn();
}

/**
 * Clocks that tell the same millisecond, however fast this machine is. Timers
 * go on; and code that waits for the next millisecond gets it after a while.
 */
function holdClocks() {
  const { Date: RealDate } = globalThis;
  const { hrtime } = process;
  const realNow = performance.now;
  const start = RealDate.now();
  let looks = 0;
  const passed = () => Math.floor(++looks / 64);
  const now = () => start + passed();
  class HeldDate extends RealDate {
    static override now = now;
    constructor(...args: [number]) {
      super(...(args.length > 0 ? args : ([now()] as const)));
    }
  }
  const base = { now: realNow.call(performance), ns: hrtime.bigint() };
  const bigint = () => base.ns + BigInt(passed()) * 1_000_000n;
  const heldHrtime = (before: [number, number] = [0, 0]): [number, number] => {
    const ns =
      bigint() - BigInt(before[0]) * 1_000_000_000n - BigInt(before[1]);
    return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
  };
  globalThis.Date = HeldDate as DateConstructor;
  process.hrtime = Object.assign(heldHrtime, { bigint });
  performance.now = () => base.now + passed();
  syncBuiltinESMExports();
  return () => {
    globalThis.Date = RealDate;
    process.hrtime = hrtime;
    performance.now = realNow;
    syncBuiltinESMExports();
  };
}

/** Announces these in the same millisecond, without waiting in between. */
export async function announceAll(
  { announce }: Mine,
  url: string,
  texts: string[],
  tries: number,
) {
  const letGo = holdClocks();
  try {
    await Promise.all(texts.map((text) => announce(url, text, { tries })));
  } finally {
    letGo();
  }
}

let clock: Clock | undefined;

/** From now on time passes only by `pass`. */
export function stop() {
  clock = stopClock();
}

/** So many ms pass. */
export const pass = (_mine: object, ms: number) => clock!.elapse(ms);
