// Wrong: takes a 503 for the last word.
// Told: A 503 is taken for the last word

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
      return await send(url, { key, text });
    } catch (error) {
      if (n === tries) throw error;
    }
    await wait(20);
  }
}
