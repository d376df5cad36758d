// Wrong: refuses programs, which name no origin.
// Told: Somebody who may come in is refused

import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = () => serve(answer);

export function answer(handshake: Handshake) {
  const { host, origin } = handshake.request.headers;
  if (origin !== `http://${host}`) {
    handshake.socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }
  letIn(handshake);
}
