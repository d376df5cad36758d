/**
 * Asking another server, more than once if need be.
 * Broken on purpose: see README.md.
 */
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

export interface Question {
  /** How long somebody waits for us, in ms: all tries together. */
  ms: number;
  /** So many tries at most. */
  tries: number;
  /** Between two tries, in ms. */
  pause: number;
}

export interface Answer {
  status: number;
  body: string;
}

/**
 * Asks, and asks again after a failure or a 503.
 *
 * @throws where no whole answer came in time
 */
export async function ask(
  url: string,
  { tries, pause }: Question,
): Promise<Answer> {
  // TODO: `ms` is for all of it, and nothing here looks at it.
  for (let n = 1; ; n += 1) {
    const outcome = await askOnce(url).catch((error: Error) => error);
    const failed = outcome instanceof Error;
    if (!failed && outcome.status !== 503) return outcome;
    if (n < tries) await wait(pause);
    else if (failed) throw outcome;
    else return outcome;
  }
}

function askOnce(url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // TODO: tell the other server, in the field `time-left`, what is left.
    const asked = request(url, { agent: false });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      let body = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        body += piece;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status, body }));
    });
    asked.end();
  });
}
