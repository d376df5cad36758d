/**
 * In the learner's process: how long a question takes, by a clock that is late
 * when the learner's own clock is; what has come in by then; and a name server
 * that never answers.
 */
import { subscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import type { Socket } from 'node:net';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { Answer, Question } from './exercise.ts';

type Mine = {
  ask(url: string, question: Question): Promise<Answer>;
};

/** What came of it; neither an answer nor an error where it still waits. */
export interface Outcome {
  answer?: Answer;
  error?: string;
  /** ms until then. */
  took: number;
  /** Whether the head of an answer had come into this process by then. */
  hasHead: boolean;
  /** ms in which nothing came in: the longest such time, from asking on. */
  silence: number;
}

/**
 * Asks, and looks so many ms after the question's own `ms`.
 *
 * By timers of this process: Node calls them in the order in which they are
 * due, so that whatever the learner's code had to do by then was called before,
 * however late both are.
 */
export async function ask(
  mine: Mine,
  url: string,
  question: Question,
  later: number,
): Promise<Outcome> {
  arrivals = [performance.now()];
  received = '';
  const [began] = arrivals;
  let outcome: Pick<Outcome, 'answer' | 'error'> | undefined;
  const asking = (async () => mine.ask(url, question))().then(
    (answer) => void (outcome = { answer }),
    (error: unknown) => void (outcome = { error: String(error) }),
  );
  const over = new AbortController();
  const late = pass(question.ms + later, over).catch(() => {});
  await Promise.race([asking, late]);
  over.abort();
  // Where both clocks rang at once, its error may take some turns to come out.
  for (let n = 0; n < 20; n += 1) await turn();
  const ended = performance.now();
  arrivals.push(ended);
  const gaps = arrivals.map((at, n) => at - (arrivals[n - 1] ?? at));
  return {
    ...outcome,
    took: Math.round(ended - began!),
    hasHead: received.includes('\r\n\r\n'),
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
