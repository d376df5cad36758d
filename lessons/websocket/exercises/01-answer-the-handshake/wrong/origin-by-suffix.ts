// Wrong: compares Origin by suffix.
// Told: A stranger whose name looks like ours is let in

import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => answer({ ...handshake, origins }));

export function answer(handshake: Handshake) {
  const { origins, request } = handshake;
  const { origin } = request.headers;
  const isOurs = (own: string) => origin?.endsWith(new URL(own).host);
  if (origin !== undefined && !origins.some(isOurs)) {
    handshake.socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }
  letIn(handshake);
}
