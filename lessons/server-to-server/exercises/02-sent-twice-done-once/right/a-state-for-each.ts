// Right, and different: a record with a state, and a list of waiting requests.

import type { Loudspeaker, SimpleResponse } from '../solution.ts';
import { serve } from '../solution.ts';

export { announce } from '../solution.ts';

export function createServer({ speak }: Loudspeaker) {
  interface Entry {
    response?: SimpleResponse;
    waiting: PromiseWithResolvers<SimpleResponse>[];
  }
  const entries = new Map<string, Entry>();

  return serve(async ({ key, text }) => {
    const known = entries.get(key);
    if (known?.response) return known.response;
    if (known) {
      const place = Promise.withResolvers<SimpleResponse>();
      known.waiting.push(place);
      return place.promise;
    }
    const entry: Entry = { waiting: [] };
    entries.set(key, entry);
    try {
      entry.response = { status: 201, body: await speak(text) };
      for (const { resolve } of entry.waiting) resolve(entry.response);
      return entry.response;
    } catch (error) {
      entries.delete(key);
      for (const { reject } of entry.waiting) reject(error);
      throw error;
    }
  });
}
