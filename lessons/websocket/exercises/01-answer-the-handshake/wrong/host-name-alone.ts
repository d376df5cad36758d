// Wrong: compares names, and leaves the port out.
// Told: The same name at another port is let in

import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => answer({ ...handshake, origins }));

export function answer(handshake: Handshake) {
  const { origins, request } = handshake;
  const { origin } = request.headers;
  const nameOf = (text: string) => text.replace(/:\d+$/, '');
  const names = origins.map(nameOf);
  if (origin !== undefined && !names.includes(nameOf(origin))) {
    handshake.socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }
  letIn(handshake);
}
