// Wrong: what failed counts as done.
// Told: What failed counts as done

import type { Answer, Loudspeaker } from '../solution.ts';
import { serve } from '../solution.ts';

export { announce } from '../solution.ts';

export function createServer({ speak }: Loudspeaker) {
  const answers = new Map<string, Promise<Answer>>();

  return serve(({ key, text }) => {
    const known = answers.get(key);
    if (known) return known;
    const answer = speak(text).then((body) => ({ status: 201, body }));
    answers.set(key, answer);
    return answer;
  });
}
