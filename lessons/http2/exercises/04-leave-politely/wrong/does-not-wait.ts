// Wrong: says that it has left at once, and does not wait for what runs.
// Told: It has left, while an answer runs

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
    const timer = setTimeout(() => {
      for (const session of sessions) session.destroy();
    }, deadline);
    server.close(() => clearTimeout(timer));
    for (const session of sessions) session.close();
  };
}
