// Wrong: says 403, and keeps the stranger's connection.
// Told: The connection of a stranger stays open

import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => answer({ ...handshake, origins }));

export function answer(handshake: Handshake) {
  const { origins, request } = handshake;
  const { origin } = request.headers;
  if (origin !== undefined && !origins.includes(origin)) {
    handshake.socket.write('HTTP/1.1 403 Forbidden\r\n\r\n');
    return;
  }
  letIn(handshake);
}
