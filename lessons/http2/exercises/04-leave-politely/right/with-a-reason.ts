// Right, and different: at the deadline it says why, with an error.

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
    const closed = new Promise((done) => server.close(done));
    for (const session of sessions) session.close();
    const timer = setTimeout(() => {
      for (const session of sessions)
        session.destroy(new Error('The deadline is over'));
    }, deadline);
    await closed;
    clearTimeout(timer);
  };
}
