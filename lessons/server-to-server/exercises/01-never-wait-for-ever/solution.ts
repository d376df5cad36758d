/** A request to another server, retried if need be, and never for ever. */
import http from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Deadline } from '../../deadline.ts';

export interface RequestOptions {
  /** How long somebody waits for us, in ms: all tries together. */
  timeoutMs: number;
  /** How many tries at most. */
  tries: number;
  /** Between two tries, in ms. */
  pause: number;
}

/** The parts of a response that matter here. */
export interface SimpleResponse {
  status: number;
  body: string;
}

/**
 * Sends a GET request, and retries after a failure or a 503.
 *
 * @throws if no complete response came in time
 */
export async function request(
  url: string,
  { timeoutMs, tries, pause }: RequestOptions,
): Promise<SimpleResponse> {
  // Why here: our caller counts from now on, whatever we do with the time.
  const deadline = new Deadline(timeoutMs);
  for (let n = 1; ; n += 1) {
    const outcome = await tryOnce(url, deadline).catch((error: Error) => error);
    const failed = outcome instanceof Error;
    if (!failed && outcome.status !== 503) return outcome;

    // Why look before the pause: after it nobody would be waiting.
    const mayTry = n < tries && pause < deadline.left;
    if (mayTry) await wait(pause);
    else if (failed) throw outcome;
    else return outcome;
  }
}

function tryOnce(url: string, deadline: Deadline): Promise<SimpleResponse> {
  return new Promise((resolve, reject) => {
    // Why the time left, and not a time of day: two clocks seldom agree.
    const { headers } = deadline;
    const clientRequest = http.request(url, { agent: false, headers });

    // Why destroy: if you only stop waiting, the connection stays open, and
    // the server at its other end works for nobody.
    const timer = setTimeout(() => {
      clientRequest.destroy(new Error(`No complete response from ${url}.`));
    }, deadline.left);

    // Why only in 'close': the timer is for the name, the connection, the
    // headers and the whole body, however it ends.
    clientRequest.on('close', () => clearTimeout(timer));
    clientRequest.on('error', reject);
    // Why: a 101 that nobody asked for is no response, and no error for Node.
    clientRequest.on('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new Error(`No response from ${url}, but 101.`));
    });
    clientRequest.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      let body = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        body += piece;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status, body }));
    });
    clientRequest.end();
  });
}
