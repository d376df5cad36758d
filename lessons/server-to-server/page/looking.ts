/**
 * When the page fetches how the processes are: it does not poll, which would
 * fill the wire with its requests, but fetches when there is a reason.
 */
import type { Status } from './cards.ts';

const pause = 1_000; // ms in which several reasons are one
const longest = 4_000; // ms between two looks at what is not well

/**
 * @param names the processes that can be asked
 * @param ask gets the status of one; undefined if it does not respond
 * @param isWell whether a status stays as it is until something happens
 * @returns what is called when there is a reason to ask all of them
 */
export function startLooking(
  names: string[],
  ask: (name: string) => Promise<Status>,
  isWell: (status: Status) => boolean,
) {
  let next: ReturnType<typeof setTimeout> | undefined;
  let isDue = false;
  let looks = 0;

  // For who is away, or not done, there is another look, later each time.
  async function look(asked: string[], wait: number) {
    isDue = false;
    const own = (looks += 1);
    const statuses = await Promise.all(asked.map(ask));
    const unwell = asked.filter((_name, at) => !isWell(statuses[at]));
    // A later look, if there is one, knows better.
    if (isDue || own !== looks || unwell.length === 0) return;
    const longer = Math.min(2 * wait, longest);
    next = setTimeout(look, wait, unwell, longer);
  }

  return function lookSoon() {
    if (isDue) return;
    isDue = true;
    clearTimeout(next);
    next = setTimeout(look, pause, names, pause);
  };
}
