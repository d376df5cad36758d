/**
 * Both ends of a goodbye.
 * Broken on purpose: see README.md.
 */
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
export function leaver({ server }: Leaving) {
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });

  return async () => {
    // TODO: a goodbye first, and time for what runs.
    server.close();
    for (const session of sessions) session.destroy();
  };
}

/** Makes a function that returns the connection for the next request. */
export function keeper(origin: string) {
  let session: ClientHttp2Session | undefined;

  return () => {
    // TODO: it may have said goodbye, or may be cut.
    if (!session) {
      session = connect(origin, { ca });
      session.on('error', () => {}); // its streams tell
    }
    return session;
  };
}
