// Wrong: a new key for each attempt.
// Told: Each try has a key of its own

import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { send, type Answer } from '../solution.ts';

export { createServer } from '../solution.ts';

export async function announce(
  url: string,
  text: string,
  { tries }: { tries: number },
): Promise<Answer> {
  for (let n = 1; ; n += 1) {
    try {
      const answer = await send(url, { key: randomUUID(), text });
      if (answer.status !== 503 || n === tries) return answer;
    } catch (error) {
      if (n === tries) throw error;
    }
    await wait(20);
  }
}
