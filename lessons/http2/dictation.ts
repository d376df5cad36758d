/** A conversation in one request: its body and its answer at the same time. */
import { once } from 'node:events';
import { untilGone, type Exchange } from './exchange.ts';

/** Answers at once, and then each piece of the body when it comes. */
export async function answerDictation(exchange: Exchange) {
  const { request, response } = exchange;
  const signal = untilGone(response);
  const began = performance.now();
  response.setHeader('Content-Type', 'application/jsonl');
  response.setHeader('Cache-Control', 'no-transform');
  const say = async (heard: string) => {
    const ms = Math.round(performance.now() - began);
    const hasRoom = response.write(`${JSON.stringify({ ms, heard })}\n`);
    if (!hasRoom) await once(response, 'drain', { signal });
  };

  // The answer begins before anything was said.
  await say('');
  request.setEncoding('utf8');
  for await (const words of request) await say(words);
  response.end();
}
