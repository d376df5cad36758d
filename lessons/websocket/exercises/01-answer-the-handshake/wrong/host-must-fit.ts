// Wrong: lets in only who calls us by the same name.
// Told: Somebody who may come in is refused

import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => answer({ ...handshake, origins }));

export function answer(handshake: Handshake) {
  const { origins, request } = handshake;
  const { host, origin } = request.headers;
  const isOurs = (own: string) => own === origin && own.endsWith(`/${host}`);
  if (origin !== undefined && !origins.some(isOurs)) {
    handshake.socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }
  letIn(handshake);
}
