// Wrong: tries until it works, however often that is.
// Told: It tries more often than it may

import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { send, type Answer } from '../solution.ts';

export { createServer } from '../solution.ts';

export async function announce(
  url: string,
  text: string,
  _how: { tries: number },
): Promise<Answer> {
  const key = randomUUID();
  for (;;) {
    const answer = await send(url, { key, text }).catch(() => undefined);
    if (answer && answer.status !== 503) return answer;
    await wait(20);
  }
}
