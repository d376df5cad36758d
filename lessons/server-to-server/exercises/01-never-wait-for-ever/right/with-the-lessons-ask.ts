// Right, and different: the lesson's own `ask`, with a limit for each phase.

import { setTimeout as wait } from 'node:timers/promises';
import { ask as askOnce, createAgent } from '../../../ask.ts';
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
  const agent = createAgent();
  try {
    for (let n = 1; ; n += 1) {
      const isLast = n === tries || deadline.left <= pause;
      try {
        const answer = await askOnce(url, deadline, { agent });
        if (answer.status !== 503 || isLast)
          return { status: answer.status, body: answer.body };
      } catch (error) {
        if (isLast || deadline.left <= pause) throw error;
      }
      await wait(pause);
    }
  } finally {
    agent.destroy();
  }
}
