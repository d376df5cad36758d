// Wrong: compares hosts, and leaves the scheme out.
// Told: The same name over another scheme is let in

import { type Handshake, letIn, serve } from '../solution.ts';

export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => answer({ ...handshake, origins }));

export function answer(handshake: Handshake) {
  const { origins, request } = handshake;
  const { origin } = request.headers;
  const hosts = origins.map((own) => new URL(own).host);
  const host = URL.parse(origin ?? '')?.host ?? '';
  if (origin !== undefined && !hosts.includes(host)) {
    handshake.socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }
  letIn(handshake);
}
