// Right, and different: races the whole against a timer, and aborts the loser.

import { get, type IncomingMessage } from 'node:http';

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
export function request(
  url: string,
  { timeoutMs, tries, pause }: RequestOptions,
): Promise<SimpleResponse> {
  const began = performance.now();
  const controller = new AbortController();
  let isOver = false;

  const tryOnce = async (): Promise<SimpleResponse> => {
    const left = Math.round(timeoutMs - (performance.now() - began));
    const headers = { 'time-left': Math.max(left, 0) };
    const { signal } = controller;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { headers, signal }, resolve).on('error', reject);
    });
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString();
    return { status: response.statusCode!, body };
  };

  const tryAll = async (n = 1): Promise<SimpleResponse> => {
    const outcome = await tryOnce().catch((error: Error) => error);
    const failed = outcome instanceof Error;
    const isLate = performance.now() - began + pause >= timeoutMs;
    if (
      isOver ||
      isLate ||
      n === tries ||
      (!failed && outcome.status !== 503)
    ) {
      if (failed) throw outcome;
      return outcome;
    }
    await new Promise((done) => setTimeout(done, pause).unref());
    return tryAll(n + 1);
  };

  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      isOver = true;
      controller.abort();
      reject(new Error('took too long'));
    }, timeoutMs);
    tryAll()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
