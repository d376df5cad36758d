/** In the learner's process: a clock that moves when we say so. */
import { stopClock } from '@on-the-wire/system/clock.ts';

const clock = stopClock();

/** Lets the pauses pass that have been begun; whether there were any. */
export async function passPause() {
  if (clock.timers === 0) return false;
  await clock.elapse(60_000);
  return true;
}
