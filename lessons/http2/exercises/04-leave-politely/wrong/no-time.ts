// Wrong: ends event streams at once.
// Told: An event stream gets no time

import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Leaving } from '../solution.ts';

export { keeper } from '../solution.ts';

export function leaver({ server, deadline }: Leaving) {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });

  const streams = new Set<ServerHttp2Stream>();
  server.on('stream', (stream, headers) => {
    if (headers[':path'] !== '/events') return;
    streams.add(stream);
    stream.on('close', () => streams.delete(stream));
  });

  return async () => {
    const closed = new Promise((done) => server.close(done));
    for (const stream of streams) stream.destroy();
    for (const session of sessions) session.close();
    const timer = setTimeout(() => {
      for (const session of sessions) session.destroy();
    }, deadline);
    await closed;
    clearTimeout(timer);
  };
}
