// Wrong: no error listener, so a cut ends the process.
// Told: The process crashed

import { connect, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

export { leaver } from '../solution.ts';

const { cert: ca } = await localCertificate();

export function keeper(origin: string) {
  let session: ClientHttp2Session | undefined;

  return () => {
    if (!session || session.closed || session.destroyed)
      session = connect(origin, { ca });
    return session;
  };
}
