// Right, and different: parses the origins, gives a reason, writes the headers
// in another order and case, and hands the first bytes over by hand.

import { createHash } from 'node:crypto';
import { type Handshake, serve, talk } from '../solution.ts';

export const createServer = ({ origins = [] as string[] } = {}) =>
  serve((handshake) => respond({ ...handshake, origins }));

export function respond({ request, socket, head, origins }: Handshake) {
  const { headers } = request;
  if (!isOurs(headers.origin, origins)) {
    const why = `No WebSocket for ${headers.origin}: ü.`;
    socket.write('HTTP/1.1 403 Nein\r\n');
    socket.write('content-type: text/plain; charset=utf-8\r\n');
    socket.write(`content-length: ${Buffer.byteLength(why)}\r\n\r\n`);
    socket.end(why);
    return;
  }
  const hash = createHash('sha1');
  hash.update(String(headers['sec-websocket-key']));
  hash.update('258EAFA5-E914-47DA-95CA-C5AB0DC85B11');
  const lines = [
    'HTTP/1.1 101 Go on',
    `sec-websocket-accept:${hash.digest('base64')}`,
    'connection: keep-alive, upgrade',
    'upgrade: WebSocket',
    'x-station: Zuerich',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  talk(socket);
  if (head.length > 0) socket.emit('data', head);
}

function isOurs(origin: string | undefined, origins: string[]) {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host, href } = new URL(origin);
  if (href !== `${origin}/`) return false;
  return origins
    .map((own) => new URL(own))
    .some((own) => own.protocol === protocol && own.host === host);
}
