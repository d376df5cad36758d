// Wrong: destroys the connection that said goodbye.
// Told: What ran on the old connection is lost

import { connect, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

export { leaver } from '../solution.ts';

const { cert: ca } = await localCertificate();

export function keeper(origin: string) {
  let session: ClientHttp2Session | undefined;

  return () => {
    if (session && !session.closed && !session.destroyed) return session;
    const opened = connect(origin, { ca });
    opened.on('error', () => {});
    opened.on('goaway', () => opened.destroy());
    session = opened;
    return opened;
  };
}
