// Right, and different: the lesson's own drain, and a list of connections.

import { connect, type ClientHttp2Session } from 'node:http2';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';
import { createDrain as lessons } from '../../../goaway.ts';
import type { DrainOptions } from '../solution.ts';

const { cert: ca } = await localCertificate();

export const createDrain = ({ server, deadline }: DrainOptions) =>
  lessons([server], deadline);

export function keepConnection(origin: string) {
  let good: ClientHttp2Session[] = [];
  const forget = (session: ClientHttp2Session) =>
    (good = good.filter((each) => each !== session));

  return () => {
    const [session = connect(origin, { ca })] = good;
    if (good.length > 0) return session;
    good.push(session);
    session.on('error', () => {});
    session.on('goaway', () => forget(session));
    session.on('close', () => forget(session));
    return session;
  };
}
