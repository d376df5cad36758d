// Right, and different: a record with a state, and a list of those who wait.

import type { Answer, Loudspeaker } from '../solution.ts';
import { serve } from '../solution.ts';

export { announce } from '../solution.ts';

export function createServer({ speak }: Loudspeaker) {
  interface Entry {
    answer?: Answer;
    waiting: PromiseWithResolvers<Answer>[];
  }
  const entries = new Map<string, Entry>();

  return serve(async ({ key, text }) => {
    const known = entries.get(key);
    if (known?.answer) return known.answer;
    if (known) {
      const place = Promise.withResolvers<Answer>();
      known.waiting.push(place);
      return place.promise;
    }
    const entry: Entry = { waiting: [] };
    entries.set(key, entry);
    try {
      entry.answer = { status: 201, body: await speak(text) };
      for (const { resolve } of entry.waiting) resolve(entry.answer);
      return entry.answer;
    } catch (error) {
      entries.delete(key);
      for (const { reject } of entry.waiting) reject(error);
      throw error;
    }
  });
}
