// Wrong: hangs up on whoever comes while it is spoken.
// Told: Who comes while it is spoken gets no answer

import { createServer as createHttpServer } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import type { Loudspeaker } from '../solution.ts';

export { announce } from '../solution.ts';

export function createServer({ speak }: Loudspeaker) {
  const busy = new Set<string>();
  const answers = new Map<string, string>();
  const server = createHttpServer(async (asked, response) => {
    const key = String(asked.headers['idempotency-key']);
    if (busy.has(key)) return void response.destroy();
    busy.add(key);
    const text = await textOf(asked);
    try {
      const body = answers.get(key) ?? (await speak(text));
      answers.set(key, body);
      response.writeHead(201).end(body);
    } catch {
      response.writeHead(503).end();
    }
    busy.delete(key);
  });
  const close = async () => void server.close().closeAllConnections();
  return { server, close };
}
