// Wrong: forgets the bytes that came with the handshake.
// Told: What came with the handshake is lost

import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => answer({ ...handshake, origins }));

export function answer(handshake: Handshake) {
  const { origins, request } = handshake;
  const { origin } = request.headers;
  if (origin !== undefined && !origins.includes(origin)) {
    handshake.socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }
  letIn({ ...handshake, head: Buffer.alloc(0) });
}
