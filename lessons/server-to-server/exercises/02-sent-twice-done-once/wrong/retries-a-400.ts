// Wrong: whatever is no success is tried again, a 400 too.
// Told: A 400 is sent again

import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { send, type Answer } from '../solution.ts';

export { createServer } from '../solution.ts';

export async function announce(
  url: string,
  text: string,
  { tries }: { tries: number },
): Promise<Answer> {
  const key = randomUUID();
  for (let n = 1; ; n += 1) {
    try {
      const answer = await send(url, { key, text });
      if (answer.status < 300 || n === tries) return answer;
    } catch (error) {
      if (n === tries) throw error;
    }
    await wait(20);
  }
}
