// Right, and different: a known key is enough, its text is never read.

import { createServer as createHttpServer } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import type { Loudspeaker } from '../solution.ts';

export { announce } from '../solution.ts';

export function createServer({ speak }: Loudspeaker) {
  const answers = new Map<string, Promise<string>>();
  const server = createHttpServer(async (asked, response) => {
    const key = String(asked.headers['idempotency-key']);
    let answer = answers.get(key);
    if (!answer) {
      answer = textOf(asked).then(speak);
      answers.set(key, answer);
      answer.catch(() => answers.delete(key));
    }
    try {
      const body = await answer;
      response.writeHead(201).end(body);
    } catch {
      response.writeHead(503).end();
    }
  });
  const close = async () => void server.close().closeAllConnections();
  return { server, close };
}
