// Right, and different: races the whole against a timer, and aborts what lost.

import { get, type IncomingMessage } from 'node:http';

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
export function ask(
  url: string,
  { ms, tries, pause }: Question,
): Promise<Answer> {
  const began = performance.now();
  const over = new AbortController();
  let isOver = false;

  const tryOnce = async (): Promise<Answer> => {
    const left = Math.round(ms - (performance.now() - began));
    const headers = { 'time-left': Math.max(left, 0) };
    const { signal } = over;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { headers, signal }, resolve).on('error', reject);
    });
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString();
    return { status: response.statusCode!, body };
  };

  const tryAll = async (n = 1): Promise<Answer> => {
    const outcome = await tryOnce().catch((error: Error) => error);
    const failed = outcome instanceof Error;
    if (isOver || n === tries || (!failed && outcome.status !== 503)) {
      if (failed) throw outcome;
      return outcome;
    }
    await new Promise((done) => setTimeout(done, pause).unref());
    return tryAll(n + 1);
  };

  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      isOver = true;
      over.abort();
      reject(new Error('took too long'));
    }, ms);
    tryAll()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
