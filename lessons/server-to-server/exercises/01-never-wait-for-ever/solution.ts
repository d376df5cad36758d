/** Asking another server, more than once if need be, and never for ever. */
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Deadline } from '../../deadline.ts';

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
  // Why here: who waits for us has one patience, whatever we do with it.
  const deadline = new Deadline(ms);
  for (let n = 1; ; n += 1) {
    const outcome = await askOnce(url, deadline).catch((error: Error) => error);
    const failed = outcome instanceof Error;
    if (!failed && outcome.status !== 503) return outcome;

    // Why look before the pause: after it nobody would be there.
    const mayTry = n < tries && pause < deadline.left;
    if (mayTry) await wait(pause);
    else if (failed) throw outcome;
    else return outcome;
  }
}

function askOnce(url: string, deadline: Deadline): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Why what is left, and not a time of day: two clocks seldom agree.
    const { headers } = deadline;
    const asked = request(url, { agent: false, headers });

    // Why destroy: who only stops waiting leaves a connection, and somebody at
    // its other end who works for nobody.
    const timer = setTimeout(() => {
      asked.destroy(new Error(`No whole answer from ${url} in time.`));
    }, deadline.left);

    // Why only in 'close': the clock is for the name, the connection, the head
    // and the whole body, however it ends.
    asked.on('close', () => clearTimeout(timer));
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
