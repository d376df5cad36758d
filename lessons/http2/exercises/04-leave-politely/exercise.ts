/**
 * Both ends of a GOAWAY.
 * Broken on purpose: see README.md.
 */
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
export function createDrain({ server }: DrainOptions) {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });

  return async () => {
    // TODO: send GOAWAY first, and let running streams finish.
    server.close();
    for (const session of sessions) session.destroy();
  };
}

/** Makes a function that returns the connection for the next request. */
export function keepConnection(origin: string) {
  let session: ClientHttp2Session | undefined;

  return () => {
    // TODO: a GOAWAY may have come, or the connection may be cut.
    if (!session) {
      session = connect(origin, { ca });
      session.on('error', () => {}); // each stream reports it
    }
    return session;
  };
}
