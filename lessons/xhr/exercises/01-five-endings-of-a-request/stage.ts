/** In the learner's process: a clock that the check moves, and what has ended. */
import { stopClock } from '@on-the-wire/system/clock.ts';
import type { Outcome } from '@on-the-wire/course/exercise/check.ts';
import type { BoardRequest, Ending, requestBoard } from './exercise.ts';

interface Mine {
  requestBoard: typeof requestBoard;
}

/** How each request has ended so far; nothing for one that goes on. */
export type Outcomes = (Outcome<Ending> | undefined)[];

const clock = stopClock({ sockets: true });
const outcomes: Outcomes = [];

/** Begins a request; returns its place among the outcomes. */
export function begin(mine: Mine, request: BoardRequest): number {
  const place = outcomes.push(undefined) - 1;
  const note = async () => {
    try {
      outcomes[place] = { value: await mine.requestBoard(request) };
    } catch (error) {
      const { name, message, stack } = error as Error;
      outcomes[place] = { error: { name, message, stack: String(stack) } };
    }
  };
  void note();
  return place;
}

/** So many ms pass; then what has ended. */
export async function pass(_mine: Mine, ms: number): Promise<Outcomes> {
  try {
    await clock.elapse(ms);
  } catch (error) {
    // It came from a timer's callback: in Node, that ends the process.
    setImmediate(() => {
      throw error;
    });
  }
  // What was aborted is over when its promises and sockets have been told.
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
  return outcomes;
}
