/**
 * Fifty clients of a server that restarts: when does each reconnect, and does
 * it miss an update? With `http://…` they follow an event stream, with `ws://…`
 * they are WebSockets. Ctrl+C ends them.
 *
 *     node fifty.ts [http://127.0.0.1:4001/events | ws://127.0.0.1:4001/track]
 */
import { eventSource, webSocket, type News } from './clients.ts';

/** What happened from the first loss until nobody waits any more. */
export interface Round {
  /** ms from the first loss of a connection to the last one. */
  lostWithin: number;
  /** Of each client that is back: ms from the first loss until it asked. */
  back: number[];
  /** Of each client that is closed for good: the status code that it got. */
  refused: number[];
  /** Updates that a client missed, of all clients together. */
  missed: number;
  /** Clients that got a board of another run: what they missed is unknown. */
  otherRun: number;
}

/**
 * Follows a server with clients, and tells of each round.
 *
 * @param url of an event stream, or of a WebSocket
 * @param onOpen all of them are open for the first time
 * @param left ends all of them
 */
export function follow(
  url: string,
  onOpen: () => void,
  onRound: (round: Round) => void,
  left: AbortSignal,
  count = 50,
): void {
  const client = url.startsWith('ws') ? webSocket : eventSource;
  const away = new Set(Array(count).keys());
  let firstLoss = 0;
  let round: Round | undefined;

  const settle = (at: number) => {
    if (!away.delete(at) || away.size > 0) return;
    if (round) onRound(round);
    else onOpen();
    round = undefined;
  };

  for (const at of away) {
    let run = '';
    let seen = 0;
    let askedAt = 0;
    // What comes first says what came in between: the next number, or a board.
    const compare = ({ kind, id, data }: News) => {
      const known = kind === 'snapshot' ? data.n : data.n - 1;
      if (round && !id.startsWith(`${run}-`)) round.otherRun += 1;
      else if (round) round.missed += known - seen;
      round?.back.push(askedAt - firstLoss);
    };
    const told = {
      opened: (asked: number) => (askedAt = asked),
      got(news: News) {
        if (away.has(at)) compare(news);
        run = news.id.split('-')[0]!;
        seen = news.data.n;
        settle(at);
      },
      lost() {
        const now = performance.now();
        if (left.aborted || (!round && away.size > 0)) return;
        if (!round) firstLoss = now;
        round ??= {
          lostWithin: 0,
          back: [],
          refused: [],
          missed: 0,
          otherRun: 0,
        };
        round.lostWithin = now - firstLoss;
        away.add(at);
      },
      refused(status: number) {
        round?.refused.push(status);
        settle(at);
      },
    };
    void client(url, told, left);
  }
}

const bin = 100; // ms

/** How many of these times lie within the same 100 ms, wherever those begin. */
export function most(times: number[]): number {
  const within = (from: number) =>
    times.filter((time) => time >= from && time < from + bin).length;
  return Math.max(0, ...times.map(within));
}

/** How many lie in a bin, for the bins where any do, in the order of time. */
function binsOf(times: number[]): [at: number, count: number][] {
  const bins = Map.groupBy(
    times.toSorted((a, b) => a - b),
    (time) => Math.floor(time / bin),
  );
  return [...bins].map(([at, inIt]) => [at, inIt.length]);
}

/** A round as a learner reads it: a line for every 100 ms, then the sum. */
export function describeRound(round: Round): string {
  const { lostWithin, back, refused, missed, otherRun } = round;
  const lines = [`Lost within ${(lostWithin / 1_000).toFixed(1)} s. Back:`];
  let next = Infinity;
  for (const [at, clients] of binsOf(back)) {
    if (at > next) lines.push('     …');
    next = at + 1;
    const seconds = ((at * bin) / 1_000).toFixed(1).padStart(6);
    lines.push(
      `${seconds} s ${`${clients}`.padStart(3)} ${'█'.repeat(clients)}`,
    );
  }
  lines.push(`Most within 100 ms: ${most(back)} of ${back.length}.`);
  lines.push(
    otherRun > 0
      ? `A new run: what ${otherRun} of them missed is not known.`
      : `Updates missed: ${missed || 'none'}.`,
  );
  if (refused.length > 0)
    lines.push(
      `Closed for good: ${refused.length}, by ` +
        `${[...new Set(refused)].join(', ')}.`,
    );
  return `${lines.join('\n')}\n`;
}

if (import.meta.main) {
  const [, , url = 'http://127.0.0.1:4001/events'] = process.argv;
  const say = (text: string) => void process.stdout.write(`${text}\n`);
  follow(
    url,
    () => say('50 connections are open. Now lose them.\n'),
    (round) => say(describeRound(round)),
    new AbortController().signal,
  );
}
