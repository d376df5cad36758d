/**
 * A request between servers, with nobody there to press Reload: a timeout for
 * each phase, under one deadline, over connections that are reused.
 */
import http, { Agent } from 'node:http';
import type { Deadline } from './deadline.ts';

/** How long each phase may take, in ms; the deadline may be sooner. */
export interface Timeouts {
  /** Until the connection is open. */
  connect: number;
  /** From then on, until the header section of the response has come. */
  headers: number;
  /** From then on, between two pieces of the body. */
  body: number;
}
export const usualTimeouts: Timeouts = {
  connect: 500,
  headers: 2_000,
  body: 1_000,
};

/** A response that came whole, with its body as text. */
export interface SimpleResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** No complete response came. `phase` says how far it got. */
export class RequestError extends Error {
  override name = 'RequestError';
  phase: keyof Timeouts;
  /** Whether one of our timeouts, or the deadline, ended it. */
  timedOut: boolean;
  /** Whether the connection had been used before: the keep-alive race. */
  reused: boolean;

  constructor(
    message: string,
    {
      phase,
      timedOut,
      reused,
    }: Pick<RequestError, 'phase' | 'timedOut' | 'reused'>,
  ) {
    super(message);
    this.phase = phase;
    this.timedOut = timedOut;
    this.reused = reused;
  }
}

/** ms until an unused connection is closed: Node's server waits for 5 s. */
const idle = 4_000;

/**
 * Keeps connections open for the next request, and counts both. It closes them
 * before the server does, after `idle`, or a second before the time that the
 * server names for that, in its header Keep-Alive. Without a `timeout`, Node
 * does neither.
 *
 * Each request needs a `timeout: 0`: Node would take the same time for the next
 * response as well, and http2-proxy would end an event stream then.
 */
export function createAgent() {
  const agent = new Agent({ keepAlive: true, timeout: idle });
  const counts = { requests: 0, connections: 0 };
  const connect = agent.createConnection;
  agent.createConnection = function (...words) {
    counts.connections += 1;
    return connect.apply(this, words);
  };
  return Object.assign(agent, { counts });
}

/**
 * Sends a request, once.
 *
 * @throws RequestError when no complete response came in time
 */
export function request(
  url: string,
  deadline: Deadline,
  {
    agent,
    timeouts = usualTimeouts,
    method = 'GET',
    headers = {},
    body = '',
  }: {
    agent: ReturnType<typeof createAgent>;
    timeouts?: Timeouts;
    method?: string;
    headers?: Record<string, string>;
    body?: string;
  },
): Promise<SimpleResponse> {
  return new Promise((resolve, reject) => {
    agent.counts.requests += 1;
    let phase: keyof Timeouts = 'connect';
    let timedOut = false;
    let timer: NodeJS.Timeout | undefined;

    // The other server is told how long we wait, so that its work can end
    // when ours does.
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    const clientRequest = http.request(url, {
      agent,
      timeout: 0, // ours are below
      method,
      headers: { ...length, ...headers, ...deadline.headers },
    });

    // Each phase restarts the timer, but never beyond the deadline. When it
    // fires, the request is destroyed: it is not enough to stop waiting.
    const begin = (next: keyof Timeouts) => {
      phase = next;
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          timedOut = true;
          clientRequest.destroy(new Error('took too long'));
        },
        Math.min(timeouts[phase], deadline.left),
      );
    };
    const fail = (error: Error) => {
      clearTimeout(timer);
      const { reusedSocket: reused } = clientRequest;
      const why = `${method} ${url}: ${error.message} (${phase})`;
      reject(new RequestError(why, { phase, timedOut, reused }));
    };

    begin('connect');
    clientRequest.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => begin('headers'));
      else begin('headers');
    });
    clientRequest.on('error', fail);
    // Without this, Node would close the connection, and tell nobody.
    clientRequest.on('upgrade', (_response, socket) => {
      socket.destroy();
      fail(new Error('found 101, which was not asked for'));
    });
    clientRequest.on('response', (response) => {
      begin('body');
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        begin('body');
      });
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
        const { statusCode: status = 0, headers: received } = response;
        resolve({ status, headers: received, body: text });
      });
    });
    clientRequest.end(body);
  });
}
