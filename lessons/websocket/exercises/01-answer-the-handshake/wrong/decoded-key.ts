// Wrong: hashes the decoded key.
// Told: The key is decoded before it is hashed

import { createHash } from 'node:crypto';
import { type Handshake, serve, talk } from '../solution.ts';

const fixed = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 1.3

export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => answer({ ...handshake, origins }));

export function answer({ request, socket, head, origins }: Handshake) {
  const { origin, 'sec-websocket-key': key = '' } = request.headers;
  if (origin !== undefined && !origins.includes(origin)) {
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
    return;
  }
  const accept = createHash('sha1')
    .update(Buffer.from(key, 'base64'))
    .update(fixed)
    .digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\n' +
      'Upgrade: websocket\r\n' +
      'Connection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.unshift(head);
  talk(socket);
}
