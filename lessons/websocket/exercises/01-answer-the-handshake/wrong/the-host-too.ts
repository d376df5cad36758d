// Wrong: takes what the request calls as one of ours.
// Told: The Host decides who comes in

import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => answer({ ...handshake, origins }));

export function answer(handshake: Handshake) {
  const { origins, request } = handshake;
  const { host, origin } = request.headers;
  const ours = [...origins, `http://${host}`];
  if (origin !== undefined && !ours.includes(origin)) {
    handshake.socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }
  letIn(handshake);
}
