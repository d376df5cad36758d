/** Both ends of a goodbye: RFC 9113, 6.8. */
import {
  connect,
  type ClientHttp2Session,
  type Http2SecureServer,
  type ServerHttp2Session,
} from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

// The server's certificate is our own: nobody else vouches for it.
const { cert: ca } = await localCertificate();

/** Who leaves, and how many ms the streams that run may still take. */
export interface Leaving {
  server: Http2SecureServer;
  deadline: number;
}

/** Makes a function that ends a server. Call it before the server listens. */
export function leaver({ server, deadline }: Leaving) {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });

  return async () => {
    // Why first: who comes now must find another server.
    const closed = new Promise((done) => server.close(done));
    // Why close: it says GOAWAY, and waits for the streams that run.
    for (const session of sessions) session.close();
    // Why a clock: an event stream would wait for ever, and nobody restarts.
    const timer = setTimeout(() => {
      for (const session of sessions) session.destroy();
    }, deadline);
    await closed;
    clearTimeout(timer);
  };
}

/** Makes a function that returns the connection for the next request. */
export function keeper(origin: string) {
  let session: ClientHttp2Session | undefined;

  return () => {
    if (session && isGood(session)) return session;
    const opened = connect(origin, { ca });
    opened.on('error', () => {}); // its streams tell
    // Why an event as well: `closed` is true a turn later only.
    opened.on('goaway', () => {
      if (session === opened) session = undefined;
    });
    session = opened;
    return opened;
  };
}

// Why both: a goodbye closes it, and a cut destroys it.
const isGood = ({ closed, destroyed }: ClientHttp2Session) =>
  !closed && !destroyed;
