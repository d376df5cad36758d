/**
 * In the learner's process: how long a request takes, by a timer that is late
 * when the learner's own timer is; what has come in by then; and a name server
 * that never responds.
 */
import { subscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import type { Socket } from 'node:net';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { RequestOptions, SimpleResponse } from './exercise.ts';

type Request = (
  url: string,
  // `ask` and `ms` are the names in saved answers of an early build.
  options: RequestOptions & { ms: number },
) => Promise<SimpleResponse>;
type Mine = { request?: Request; ask?: Request };

/** The name of the learner's function: that of today, or the old one. */
export const nameOf = (mine: Mine) =>
  !mine.request && mine.ask ? 'ask' : 'request';

/** What came of it; neither a response nor an error if it still waits. */
export interface Outcome {
  response?: SimpleResponse;
  error?: string;
  /** ms until then. */
  took: number;
  /** Whether a header section had come into this process by then. */
  hasHeaders: boolean;
  /** ms in which nothing came in: the longest such time, from the call on. */
  silence: number;
}

/**
 * Calls it, and looks so many ms after its own `timeoutMs`.
 *
 * By timers of this process: Node calls them in the order in which they are
 * due, so that whatever the learner's code had to do by then was called before,
 * however late both are.
 */
export async function look(
  mine: Mine,
  url: string,
  options: RequestOptions,
  later: number,
): Promise<Outcome> {
  arrivals = [performance.now()];
  received = '';
  const [began] = arrivals;
  let outcome: Pick<Outcome, 'response' | 'error'> | undefined;
  const running = (async () =>
    mine[nameOf(mine)]!(url, { ...options, ms: options.timeoutMs }))().then(
    (response) => void (outcome = { response }),
    (error: unknown) => void (outcome = { error: String(error) }),
  );
  const over = new AbortController();
  const late = pass(options.timeoutMs + later, over).catch(() => {});
  await Promise.race([running, late]);
  over.abort();
  // If both timers fired at once, its error may take some turns to come out.
  for (let n = 0; n < 20; n += 1) await turn();
  const ended = performance.now();
  arrivals.push(ended);
  const gaps = arrivals.map((at, n) => at - (arrivals[n - 1] ?? at));
  return {
    ...outcome,
    took: Math.round(ended - began!),
    hasHeaders: received.includes('\r\n\r\n'),
    silence: Math.max(...gaps),
  };
}

/** So many ms, second by second: a check waits for no timer of many seconds. */
async function pass(ms: number, { signal }: AbortController) {
  for (let rest = ms; rest > 0; rest -= 1_000)
    await wait(Math.min(rest, 1_000), undefined, { signal });
}

// ---- What came in, and when: by whichever client, node:http or fetch ----

let arrivals: number[] = [];
let received = '';

subscribe('net.client.socket', (message) => {
  const { socket } = message as { socket: Socket };
  // Not by 'data': a listener would set the stream going.
  const push = socket.push.bind(socket);
  socket.push = (piece: Buffer | null) => {
    arrivals.push(performance.now());
    received += piece?.toString('latin1') ?? '';
    return push(piece);
  };
});

/** From now on no name is ever found, and nobody says so. */
export function loseNames() {
  // A name that is being looked up is a connection that does not stand.
  dns.lookup = (() => {}) as unknown as typeof dns.lookup;
}
