// Right, and different: speaks one after the other, whatever their keys are.

import { serve, type Answer, type Loudspeaker } from '../solution.ts';

export { announce } from '../solution.ts';

export function createServer({ speak }: Loudspeaker) {
  const answers = new Map<string, Answer>();
  let last: Promise<unknown> = Promise.resolve();

  return serve(({ key, text }) => {
    const answer = last.then(async () => {
      const known = answers.get(key);
      if (known) return known;
      const first = { status: 201, body: await speak(text) };
      answers.set(key, first);
      return first;
    });
    last = answer.catch(() => {});
    return answer;
  });
}
