// Right, and different: the deadline races the sessions, one by one.

import type { ServerHttp2Session } from 'node:http2';
import type { DrainOptions } from '../solution.ts';

export { keepConnection } from '../solution.ts';

export function createDrain({ server, deadline }: DrainOptions) {
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
