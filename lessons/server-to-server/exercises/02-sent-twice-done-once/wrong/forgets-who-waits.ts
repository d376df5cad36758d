// Wrong: those who wait are told of a success, and of a failure nobody is.
// Told: Who comes while it is spoken gets no answer

import { EventEmitter, once } from 'node:events';
import { serve, type Answer, type Loudspeaker } from '../solution.ts';

export { announce } from '../solution.ts';

export function createServer({ speak }: Loudspeaker) {
  const spoken = new EventEmitter().setMaxListeners(0);
  const answers = new Map<string, Answer | 'busy'>();

  return serve(async ({ key, text }) => {
    const known = answers.get(key);
    if (known === 'busy') {
      const [answer] = await once(spoken, `key ${key}`);
      return answer as Answer;
    }
    if (known) return known;
    answers.set(key, 'busy');
    try {
      const answer = { status: 201, body: await speak(text) };
      answers.set(key, answer);
      spoken.emit(`key ${key}`, answer);
      return answer;
    } catch (error) {
      answers.delete(key);
      throw error;
    }
  });
}
