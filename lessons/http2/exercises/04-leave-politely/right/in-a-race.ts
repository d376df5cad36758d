// Right, and different: the deadline races the sessions, one by one.

import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { Patience } from '../solution.ts';

export { keeper } from '../solution.ts';

export function leaver(server: Http2SecureServer, { deadline }: Patience) {
  const sessions: ServerHttp2Session[] = [];
  server.on('session', (session) => sessions.push(session));

  return async () => {
    server.close();
    const leaving = sessions.map(async (session) => {
      if (session.destroyed) return;
      const gone = new Promise((done) => session.once('close', done));
      const timer = setTimeout(() => session.destroy(), deadline);
      session.close();
      await gone;
      clearTimeout(timer);
    });
    await Promise.all(leaving);
  };
}
