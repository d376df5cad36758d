// Wrong: stops the clock when the head has come.
// Told: The head came, and the body may take for ever

import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Deadline } from '../../../deadline.ts';

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
  { ms, tries, pause }: Question,
): Promise<Answer> {
  const deadline = new Deadline(ms);
  for (let n = 1; ; n += 1) {
    const outcome = await askOnce(url, deadline).catch((error: Error) => error);
    const failed = outcome instanceof Error;
    if (!failed && outcome.status !== 503) return outcome;
    const mayTry = n < tries && pause < deadline.left;
    if (mayTry) await wait(pause);
    else if (failed) throw outcome;
    else return outcome;
  }
}

function askOnce(url: string, deadline: Deadline): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { headers } = deadline;
    const asked = request(url, { agent: false, headers });
    const timer = setTimeout(() => {
      asked.destroy(new Error(`No whole answer from ${url} in time.`));
    }, deadline.left);
    asked.on('error', reject);
    asked.on('response', (response) => {
      clearTimeout(timer);
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
