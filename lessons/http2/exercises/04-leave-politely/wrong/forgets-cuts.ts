// Wrong: knows goodbyes only, and not a line that is cut.
// Told: After a cut it goes on with a dead connection

import { connect, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';

export { leaver } from '../solution.ts';

const { cert: ca } = await localCertificate();

export function keeper(origin: string) {
  let session: ClientHttp2Session | undefined;

  return () => {
    if (session) return session;
    const opened = connect(origin, { ca });
    opened.on('error', () => {});
    opened.on('goaway', () => {
      if (session === opened) session = undefined;
    });
    session = opened;
    return opened;
  };
}
