/** One request whose body and response are sent at the same time. */
import { once } from 'node:events';
import { closeSignal, type Exchange } from './exchange.ts';

/** Responds at once, and then to each piece of the body when it comes. */
export async function respondToDictation(exchange: Exchange) {
  const { request, response } = exchange;
  const signal = closeSignal(response);
  const began = performance.now();
  response.setHeader('Content-Type', 'application/jsonl');
  response.setHeader('Cache-Control', 'no-store, no-transform');
  const say = async (heard: string) => {
    const ms = Math.round(performance.now() - began);
    const hasRoom = response.write(`${JSON.stringify({ ms, heard })}\n`);
    if (!hasRoom) await once(response, 'drain', { signal });
  };

  // The response begins before any word has come.
  await say('');
  request.setEncoding('utf8');
  for await (const words of request) await say(words);
  response.end();
}
