/** In the learner's process: how late a busy machine lets it be. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delays = monitorEventLoopDelay({ resolution: 10 });

/** From here on. */
export function watch() {
  delays.reset();
  delays.enable();
}

/** ms that it was late at most. */
export function longest() {
  delays.disable();
  return delays.max / 1_000_000;
}
