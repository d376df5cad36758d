/** What a lesson leaves running. */
import { stopClock } from '@on-the-wire/system/clock.ts';

/**
 * Counts the timers of a lesson that is created and closed again, on a clock
 * that stands still meanwhile.
 *
 * @param create without arguments: the lesson then has a feed of its own
 * @returns how many there are while it runs, and after it is closed
 */
export async function timersOf(
  create: () => { close(): Promise<void> },
): Promise<{ running: number; left: number }> {
  const clock = stopClock();
  try {
    const { close } = create();
    const running = clock.timers;
    await close();
    return { running, left: clock.timers };
  } finally {
    clock.release();
  }
}
