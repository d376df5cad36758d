// Wrong: says goodbye, and goes on listening.
// Told: It lets in who comes now

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
    const all = [...sessions].map(
      (session) => new Promise((done) => session.on('close', done)),
    );
    for (const session of sessions) session.close();
    const timer = setTimeout(() => {
      for (const session of sessions) session.destroy();
    }, deadline);
    await Promise.all(all);
    clearTimeout(timer);
    server.close();
  };
}
