// A WebSocket with nothing but Node: a handshake in HTTP, then frames.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const fixed = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 1.3
const server = createServer();
server.on('upgrade', (request, socket) => {
  const key = request.headers['sec-websocket-key'];
  const sum = createHash('sha1').update(`${key}${fixed}`).digest('base64');
  const accept = `Sec-WebSocket-Accept: ${sum}\r\n\r\n`;
  const upgrade = 'Upgrade: websocket\r\nConnection: Upgrade\r\n';
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${upgrade}${accept}`);
  const frame = Buffer.from('\x81\x07departs', 'latin1');
  const timer = setInterval(() => socket.write(frame), 1000);
  socket.on('close', () => clearInterval(timer)).on('error', () => {});
});
server.listen(Number(process.env.PORT ?? 4001), '127.0.0.1');
