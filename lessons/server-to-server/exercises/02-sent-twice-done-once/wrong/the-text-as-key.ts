// Wrong: the text is the key, so the same words are never said again.
// Told: Two announcements have the same key

import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { send, type Answer } from '../solution.ts';

export { createServer } from '../solution.ts';

export async function announce(
  url: string,
  text: string,
  { tries }: { tries: number },
): Promise<Answer> {
  const key = createHash('sha256').update(text).digest('hex');
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
