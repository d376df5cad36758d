// Right, and different: a known key is enough, its text is never read.

import { createServer as createHttpServer } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import type { Loudspeaker } from '../solution.ts';

export { announce } from '../solution.ts';

export function createServer({ speak }: Loudspeaker) {
  const responses = new Map<string, Promise<string>>();
  const server = createHttpServer(async (request, response) => {
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string') return void response.writeHead(400).end();
    let work = responses.get(key);
    if (!work) {
      work = textOf(request).then(speak);
      responses.set(key, work);
      work.catch(() => responses.delete(key));
    }
    try {
      const body = await work;
      response.writeHead(201).end(body);
    } catch {
      response.writeHead(503).end();
    }
  });
  const close = async () => void server.close().closeAllConnections();
  return { server, close };
}
