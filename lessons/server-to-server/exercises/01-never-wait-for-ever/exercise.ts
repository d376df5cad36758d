/**
 * A request to another server, retried if need be.
 * Broken on purpose: see README.md.
 */
import http from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

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
  { tries, pause }: RequestOptions,
): Promise<SimpleResponse> {
  // TODO: `timeoutMs` is for all of it, and nothing here looks at it.
  for (let n = 1; ; n += 1) {
    const outcome = await tryOnce(url).catch((error: Error) => error);
    const failed = outcome instanceof Error;
    if (!failed && outcome.status !== 503) return outcome;
    if (n < tries) await wait(pause);
    else if (failed) throw outcome;
    else return outcome;
  }
}

function tryOnce(url: string): Promise<SimpleResponse> {
  return new Promise((resolve, reject) => {
    // TODO: tell the other server, in the header `time-left`, how long we wait.
    const clientRequest = http.request(url, { agent: false });
    clientRequest.on('error', reject);
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
