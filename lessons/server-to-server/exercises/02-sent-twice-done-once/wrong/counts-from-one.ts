// Wrong: counts its keys, and begins anew after a restart.
// Told: After a restart the keys begin anew

import { setTimeout as wait } from 'node:timers/promises';
import { send, type Answer } from '../solution.ts';

export { createServer } from '../solution.ts';

let number = 0;

export async function announce(
  url: string,
  text: string,
  { tries }: { tries: number },
): Promise<Answer> {
  const key = `announcement-${++number}`;
  for (let n = 1; ; n += 1) {
    try {
      const answer = await send(url, { key, text });
      if (answer.status !== 503 || n === tries) return answer;
    } catch (error) {
      if (n === tries) throw error;
    }
    await wait(20);
  }
}
