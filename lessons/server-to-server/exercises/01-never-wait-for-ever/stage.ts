/**
 * In the learner's process: how long a question takes, by a clock that is late
 * when the learner's own clock is, and a name server that never answers.
 */
import dns from 'node:dns';
import { setImmediate as turn } from 'node:timers/promises';
import type { Answer, Question } from './exercise.ts';

type Mine = {
  ask(url: string, question: Question): Promise<Answer>;
};

/** What came of it; neither an answer nor an error where it still waits. */
export interface Outcome {
  answer?: Answer;
  error?: string;
  took: number;
}

/** Asks, and looks so many ms after the question's own `ms`. */
export async function ask(
  mine: Mine,
  url: string,
  question: Question,
  later: number,
): Promise<Outcome> {
  const began = performance.now();
  let outcome: Omit<Outcome, 'took'> = {};
  const asking = (async () => mine.ask(url, question))().then(
    (answer) => void (outcome = { answer }),
    (error: unknown) => void (outcome = { error: String(error) }),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, question.ms + later);
  });
  await Promise.race([asking, late]);
  clearTimeout(timer);
  await turn();
  return { ...outcome, took: Math.round(performance.now() - began) };
}

/** From now on no name is ever found, and nobody says so. */
export function loseNames() {
  // A name that is being looked up is a connection that does not stand.
  dns.lookup = (() => {}) as unknown as typeof dns.lookup;
}
