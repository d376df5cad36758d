/**
 * In the learner's process: a clock that the check moves, calls that go on
 * meanwhile, what has come in, and a name server that responds when told to.
 */
import { subscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { stopClock } from '@on-the-wire/system/clock.ts';
import type { RequestOptions, SimpleResponse } from './exercise.ts';

type Request = (
  url: string,
  // `ask` and `ms` are the names in saved answers of an early build.
  options: RequestOptions & { ms: number },
) => Promise<SimpleResponse>;
type Mine = { request?: Request; ask?: Request };

/** What came of a call; neither a response nor an error while it still waits. */
export interface Outcome {
  response?: SimpleResponse;
  error?: string;
  /** ms from the call until its end, or until now, on the stopped clock. */
  took: number;
  /** How many connections have been closed in this process. */
  closed: number;
}

const clock = stopClock({ sockets: true });
tellFractions();
const calls: Outcome[] = [];
let happened = Promise.withResolvers<void>();

function tell() {
  happened.resolve();
  happened = Promise.withResolvers();
}

/** The name of the learner's function: that of today, or the old one. */
export const nameOf = (mine: Mine) =>
  !mine.request && mine.ask ? 'ask' : 'request';

export const exportsIt = (mine: Mine) =>
  typeof mine[nameOf(mine)] === 'function';

/** Calls it, and does not wait; returns the number of the call. */
export function begin(mine: Mine, url: string, options: RequestOptions) {
  const began = clock.now;
  const outcome: Outcome = {
    get took() {
      return clock.now - began;
    },
    get closed() {
      return closed;
    },
  };
  const end = (what: Pick<Outcome, 'response' | 'error'>) => {
    const took = clock.now - began;
    Object.defineProperty(outcome, 'took', { value: took, enumerable: true });
    Object.assign(outcome, what);
    tell();
  };
  void (async () =>
    mine[nameOf(mine)]!(url, { ...options, ms: options.timeoutMs }))().then(
    (response) => end({ response }),
    (error: unknown) => end({ error: String(error) }),
  );
  return calls.push(outcome) - 1;
}

/** So many ms pass, and what was due then is done. */
export async function pass(mine: Mine, ms: number, call?: number) {
  await clock.elapse(ms);
  await goOn();
  return call === undefined ? undefined : look(mine, call);
}

export const look = (_mine: Mine, call: number): Outcome => ({
  ...calls[call]!,
});

/** Resolves when the call has ended, or this has come in, or so many have closed. */
export async function until(
  mine: Mine,
  call: number,
  { text, closed: wanted = Infinity }: { text?: string; closed?: number } = {},
) {
  const isOver = () =>
    calls[call]!.error !== undefined || calls[call]!.response !== undefined;
  const has = () => text !== undefined && received.includes(text);
  const isClosed = () => closed >= wanted;
  while (!isOver() && !has() && !isClosed()) await happened.promise;
  await goOn();
  return look(mine, call);
}

/** Resolves when so many connections have been closed in this process. */
export async function closedBy(_mine: Mine, count: number) {
  const isClosed = () => closed >= count;
  while (!isClosed()) await happened.promise;
}

/** What has come in may take some turns until its reader has it. */
async function goOn() {
  for (let n = 0; n < 40; n += 1) await turn();
}

// ---- What came in: by whichever client, node:http or fetch ----

let received = '';
let closed = 0;

subscribe('net.client.socket', (message) => {
  const { socket } = message as { socket: Socket };
  socket.on('close', () => {
    // `fetch` may keep another one ready, and closes it when it likes.
    if (socket.bytesWritten > 0) closed += 1;
    tell();
  });
  // Not by 'data': a listener would set the stream going.
  const push = socket.push.bind(socket);
  socket.push = (piece: Buffer | null) => {
    received += piece?.toString('latin1') ?? '';
    const pushed = push(piece);
    tell();
    return pushed;
  };
});

// ---- A name server ----

const { lookup } = dns;
let asked: (() => void)[] = [];

/** From now on no name is found, and nobody says so; until `findNames`. */
export function loseNames() {
  dns.lookup = ((_name: string, ...rest: unknown[]) => {
    asked.push(() =>
      (lookup as (...args: unknown[]) => void)('127.0.0.1', ...rest),
    );
    tell();
  }) as unknown as typeof dns.lookup;
}

/** Resolves when somebody has asked for a name. */
export async function named() {
  while (asked.length === 0) await happened.promise;
}

/** Those that were asked for are found now. */
export function findNames() {
  for (const find of asked) find();
  asked = [];
}

// ---- Clocks that the stopped one leaves out ----

/** Not only whole numbers: a `time-left` must be rounded. */
function tellFractions() {
  const whole = performance.now;
  let times = 0;
  performance.now = () => whole() + ++times / (times + 1_000);
  const ns = () => BigInt(Math.round(whole() * 1e6));
  const hrtime = Object.assign(
    ([s, rest]: [number, number] = [0, 0]): [number, number] => {
      const past = ns() - BigInt(s) * 1_000_000_000n - BigInt(rest);
      return [Number(past / 1_000_000_000n), Number(past % 1_000_000_000n)];
    },
    { bigint: ns },
  );
  process.hrtime = hrtime;
}
