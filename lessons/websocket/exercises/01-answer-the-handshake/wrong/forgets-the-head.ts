// Wrong: forgets the bytes that came with the handshake.
// Told: What came with the handshake is lost

import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = () => serve(answer);

export function answer(handshake: Handshake) {
  const { host, origin } = handshake.request.headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    handshake.socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }
  letIn({ ...handshake, head: Buffer.alloc(0) });
}
