// Wrong: says 403, and keeps the stranger's connection.
// Told: The connection of a stranger stays open

import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = () => serve(answer);

export function answer(handshake: Handshake) {
  const { host, origin } = handshake.request.headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    handshake.socket.write('HTTP/1.1 403 Forbidden\r\n\r\n');
    return;
  }
  letIn(handshake);
}
