/**
 * A request between servers, with nobody there to press Reload: a limit for
 * each phase, under one deadline, over connections that are used again.
 */
import { Agent, request } from 'node:http';
import type { Deadline } from './deadline.ts';

/** How long each phase may take at most, in ms; the deadline may be sooner. */
export interface Limits {
  /** Until the connection stands. */
  connect: number;
  /** From then on, until the head of the answer is there. */
  head: number;
  /** From then on, between two pieces of the body. */
  body: number;
}
export const usual: Limits = { connect: 500, head: 2_000, body: 1_000 };

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** No whole answer came. `phase` says how far it got. */
export class AskError extends Error {
  override name = 'AskError';
  phase: keyof Limits;
  /** Whether it was our clock that ended it. */
  timedOut: boolean;
  /** Whether the connection had been used before: the keep-alive race. */
  reused: boolean;

  constructor(
    message: string,
    {
      phase,
      timedOut,
      reused,
    }: Pick<AskError, 'phase' | 'timedOut' | 'reused'>,
  ) {
    super(message);
    this.phase = phase;
    this.timedOut = timedOut;
    this.reused = reused;
  }
}

/** Keeps connections open for the next request, and counts both. */
export function createAgent() {
  const agent = new Agent({ keepAlive: true });
  const counts = { requests: 0, connections: 0 };
  const connect = agent.createConnection;
  agent.createConnection = function (...words) {
    counts.connections += 1;
    return connect.apply(this, words);
  };
  return Object.assign(agent, { counts });
}

/**
 * Asks once.
 *
 * @throws AskError when no whole answer came in time
 */
export function ask(
  url: string,
  deadline: Deadline,
  {
    agent,
    limits = usual,
    method = 'GET',
    headers = {},
    body = '',
  }: {
    agent: ReturnType<typeof createAgent>;
    limits?: Limits;
    method?: string;
    headers?: Record<string, string>;
    body?: string;
  },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    agent.counts.requests += 1;
    let phase: keyof Limits = 'connect';
    let timedOut = false;
    let timer: NodeJS.Timeout | undefined;

    // Who helps us is told how long we wait: its work ends when ours does.
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const asked = request(url, {
      agent,
      method,
      headers: { ...length, ...headers, ...deadline.headers },
    });

    // A new phase winds the clock again, but never beyond the deadline. When
    // it rings, the request is destroyed: to stop waiting is not enough.
    const begin = (next: keyof Limits) => {
      phase = next;
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          timedOut = true;
          asked.destroy(new Error('took too long'));
        },
        Math.min(limits[phase], deadline.left),
      );
    };
    const fail = (error: Error) => {
      clearTimeout(timer);
      const { reusedSocket: reused } = asked;
      const why = `${method} ${url}: ${error.message} (${phase})`;
      reject(new AskError(why, { phase, timedOut, reused }));
    };

    begin('connect');
    asked.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => begin('head'));
      else begin('head');
    });
    asked.on('error', fail);
    asked.on('response', (response) => {
      begin('body');
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        begin('body');
      });
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
        const { statusCode: status = 0, headers: said } = response;
        resolve({ status, headers: said, body: text });
      });
    });
    asked.end(body);
  });
}
