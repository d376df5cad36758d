/** Both ends of a GOAWAY: RFC 9113, 6.8. */
import {
  connect,
  type ClientHttp2Session,
  type Http2SecureServer,
  type ServerHttp2Session,
} from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

// The server's certificate is our own: no authority vouches for it.
const { cert: ca } = await localCertificate();

/** The server to drain, and the deadline for its running streams in ms. */
export interface DrainOptions {
  server: Http2SecureServer;
  deadline: number;
}

/** Makes a function that drains a server. Call it before the server listens. */
export function createDrain({ server, deadline }: DrainOptions) {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });

  return async () => {
    // Why first: new clients must find another server.
    const closed = new Promise((done) => server.close(done));
    // Why close: it sends GOAWAY, and waits for the streams that run.
    for (const session of sessions) session.close();
    // Why a deadline: an event stream never ends, and so nothing would restart.
    const timer = setTimeout(() => {
      for (const session of sessions) session.destroy();
    }, deadline);
    await closed;
    clearTimeout(timer);
  };
}

/** Makes a function that returns the connection for the next request. */
export function keepConnection(origin: string) {
  let session: ClientHttp2Session | undefined;

  return () => {
    if (session && isGood(session)) return session;
    const opened = connect(origin, { ca });
    opened.on('error', () => {}); // each stream reports it
    // Why an event as well: `closed` becomes true one turn later.
    opened.on('goaway', () => {
      if (session === opened) session = undefined;
    });
    session = opened;
    return opened;
  };
}

// Why both: a GOAWAY closes it, and a cut destroys it.
const isGood = ({ closed, destroyed }: ClientHttp2Session) =>
  !closed && !destroyed;
