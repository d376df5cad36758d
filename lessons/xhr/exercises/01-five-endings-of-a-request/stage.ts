/** In the learner's process: how late a busy machine lets it be. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delays = monitorEventLoopDelay({ resolution: 10 });

/** Measures from now on. */
export function watch() {
  delays.reset();
  delays.enable();
}

/** Ends that; the longest delay in ms. */
export function longest() {
  delays.disable();
  return delays.max / 1_000_000;
}
