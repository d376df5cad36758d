// Wrong: always waits until the deadline.
// Told: It waits for the deadline, though all have finished

import type { ServerHttp2Session } from 'node:http2';
import type { Leaving } from '../solution.ts';

export { keeper } from '../solution.ts';

export function leaver({ server, deadline }: Leaving) {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });

  return async () => {
    server.close();
    for (const session of sessions) session.close();
    await new Promise((done) => setTimeout(done, deadline));
    for (const session of sessions) session.destroy();
  };
}
