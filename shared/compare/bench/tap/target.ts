/**
 * The server that is measured through all proxies. It costs as little as can
 * be, so that the proxies are what is measured: `/small` and `/bulk` are
 * responded to without parsing, WebSocket messages are echoed.
 */
import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { BULK, bulkHead, SMALL, smallResponse } from './exchange.ts';

const upgrades = http.createServer();
const sockets = new WebSocketServer({ server: upgrades });
sockets.on('connection', (socket) => {
  socket.on('message', (data, binary) => socket.send(data, { binary }));
});

const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (first: Buffer) => {
    const line = first.toString('latin1');
    if (line.startsWith(SMALL)) answerAll(socket, first);
    else if (line.startsWith(BULK)) sendBulk(socket, line);
    else {
      socket.unshift(first);
      upgrades.emit('connection', socket);
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send!((server.address() as AddressInfo).port);
});
process.once('disconnect', () => process.exit());

let responses = 0;

/** One request at a time, each in one read: so the load is written. */
function answerAll(socket: Socket, first: Buffer): void {
  let tail = '';
  const respond = (bytes: Buffer) => {
    tail = (tail + bytes.toString('latin1')).slice(-4);
    if (tail === '\r\n\r\n') socket.write(smallResponse(responses++), 'latin1');
  };
  respond(first);
  socket.on('data', respond);
}

function sendBulk(socket: Socket, line: string): void {
  const length = Number(/\/bulk\/(\d+)/.exec(line)![1]);
  const block = Buffer.alloc(256 * 1024, 'x');
  socket.write(bulkHead(length));
  let left = length;
  const pump = (): void => {
    while (left > 0) {
      const part = block.subarray(0, left);
      left -= part.length;
      if (!socket.write(part)) return;
    }
  };
  socket.on('drain', pump);
  pump();
}
