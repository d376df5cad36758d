// Wrong: the second gets a 409 instead of the first answer.
// Told: The second gets another answer than the first

import type { Answer, Loudspeaker } from '../solution.ts';
import { serve } from '../solution.ts';

export { announce } from '../solution.ts';

export function createServer({ speak }: Loudspeaker) {
  const seen = new Set<string>();

  return serve(async ({ key, text }): Promise<Answer> => {
    if (seen.has(key)) return { status: 409, body: 'it came before' };
    seen.add(key);
    return { status: 201, body: await speak(text) };
  });
}
