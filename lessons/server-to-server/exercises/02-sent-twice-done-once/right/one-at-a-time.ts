// Right, and different: speaks one after the other, whatever their keys are.

import { serve, type SimpleResponse, type Loudspeaker } from '../solution.ts';

export { announce } from '../solution.ts';

export function createServer({ speak }: Loudspeaker) {
  const responses = new Map<string, SimpleResponse>();
  let last: Promise<unknown> = Promise.resolve();

  return serve(({ key, text }) => {
    const response = last.then(async () => {
      const known = responses.get(key);
      if (known) return known;
      const first = { status: 201, body: await speak(text) };
      responses.set(key, first);
      return first;
    });
    last = response.catch(() => {});
    return response;
  });
}
