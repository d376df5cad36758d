// Wrong: who comes while it is spoken gets a 409; later the first answer.
// Told: The second gets another answer than the first

import type { Answer, Loudspeaker } from '../solution.ts';
import { serve } from '../solution.ts';

export { announce } from '../solution.ts';

export function createServer({ speak }: Loudspeaker) {
  const answers = new Map<string, Answer>();

  return serve(async ({ key, text }): Promise<Answer> => {
    const known = answers.get(key);
    if (known) return known;
    answers.set(key, { status: 409, body: 'it is being spoken' });
    const answer = { status: 201, body: await speak(text) };
    answers.set(key, answer);
    return answer;
  });
}
