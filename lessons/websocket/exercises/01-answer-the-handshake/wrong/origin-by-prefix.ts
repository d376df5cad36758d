// Wrong: compares Origin by prefix.
// Told: A stranger whose name looks like ours is let in

import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = () => serve(answer);

export function answer(handshake: Handshake) {
  const { host, origin } = handshake.request.headers;
  if (origin !== undefined && !origin.startsWith(`http://${host}`)) {
    handshake.socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }
  letIn(handshake);
}
