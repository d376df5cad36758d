// Wrong: the time of day is the key: two in one moment have the same.
// Told: Two announcements have the same key

import { setTimeout as wait } from 'node:timers/promises';
import { send, type Answer } from '../solution.ts';

export { createServer } from '../solution.ts';

export async function announce(
  url: string,
  text: string,
  { tries }: { tries: number },
): Promise<Answer> {
  const key = String(Date.now());
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
