// Wrong: refuses programs, which name no origin.
// Told: Somebody who may come in is refused

import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => answer({ ...handshake, origins }));

export function answer(handshake: Handshake) {
  const { origins, request } = handshake;
  const { origin } = request.headers;
  if (!origins.includes(String(origin))) {
    handshake.socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }
  letIn(handshake);
}
