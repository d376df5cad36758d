// Right, and different: one list of all that is accepted; after the error the
// connection is destroyed.

import { createHash } from 'node:crypto';
import { type Handshake, serve, talk } from '../solution.ts';

export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => respond({ ...handshake, origins }));

export function respond({ request, socket, head, origins }: Handshake) {
  const { origin, 'sec-websocket-key': key } = request.headers;
  const welcome = new Set([undefined, ...origins]);
  if (!welcome.has(origin)) {
    const no = 'HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n';
    socket.write(no, () => socket.destroy());
    return;
  }
  if (head.byteLength !== 0) socket.unshift(head);
  const made = `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(made).digest().toString('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\r\n');
  socket.write('Connection: Upgrade\r\nUpgrade: websocket\r\n');
  socket.write(`Sec-WebSocket-Accept: ${accept}\r\n`);
  socket.write('\r\n', () => talk(socket));
}
