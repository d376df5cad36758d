// Right, and different: the keys of the lesson, and numbers for a name.

import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { createKeys } from '../../../idempotency.ts';
import {
  send,
  serve,
  type SimpleResponse,
  type Loudspeaker,
} from '../solution.ts';

export function createServer({ speak }: Loudspeaker) {
  const once = createKeys();
  return serve(async ({ key, text }) => {
    const work = async () => ({ status: 201, body: { id: await speak(text) } });
    const { status, body } = await once(key, text, work);
    return { status, body: JSON.stringify(body) };
  });
}

const who = randomUUID();
let number = 0;

export async function announce(
  url: string,
  text: string,
  { tries }: { tries: number },
): Promise<SimpleResponse> {
  number += 1;
  const key = `${who}-${number}`;
  let outcome: SimpleResponse | Error = new Error('It was not tried');
  for (let left = tries; left > 0; left -= 1) {
    outcome = await send(url, { key, text }).catch((error: Error) => error);
    if (!(outcome instanceof Error) && outcome.status !== 503) return outcome;
    if (left > 1) await wait(5);
  }
  if (outcome instanceof Error) throw outcome;
  return outcome;
}
