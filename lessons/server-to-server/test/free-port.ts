import { createServer } from 'node:net';
import { listen } from '@on-the-wire/system/listen.ts';

/** A port of this machine that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = await listen(server);
  await new Promise((done) => server.close(done));
  return port;
}
