// Wrong: opens a connection for each request.
// Told: A connection for each request

import { connect, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

export { leaver } from '../solution.ts';

const { cert: ca } = await localCertificate();

export function keeper(origin: string) {
  return (): ClientHttp2Session => {
    const session = connect(origin, { ca });
    session.on('error', () => {});
    return session;
  };
}
