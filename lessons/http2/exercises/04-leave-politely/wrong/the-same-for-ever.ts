// Wrong: opens the next stream on the connection that said goodbye.
// Told: It asks on the connection that said goodbye

import { connect, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

export { leaver } from '../solution.ts';

const { cert: ca } = await localCertificate();

export function keeper(origin: string) {
  let session: ClientHttp2Session | undefined;

  return () => {
    if (!session || session.destroyed) {
      session = connect(origin, { ca });
      session.on('error', () => {});
    }
    return session;
  };
}
