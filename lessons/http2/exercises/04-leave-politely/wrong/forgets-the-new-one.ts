// Wrong: when the old connection closes, it forgets the new one.
// Told: A good connection is given up when the old one closes

import { connect, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

export { leaver } from '../solution.ts';

const { cert: ca } = await localCertificate();

export function keeper(origin: string) {
  let session: ClientHttp2Session | undefined;
  const forget = () => (session = undefined);

  return () => {
    if (session) return session;
    session = connect(origin, { ca });
    session.on('error', () => {});
    session.on('goaway', forget);
    session.on('close', forget);
    return session;
  };
}
