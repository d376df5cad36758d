/** socket.io: what is emitted to all, by WebSocket from the first byte. */
import { createServer as createHttpServer } from 'node:http';
import type { Feed } from '@on-the-wire/lesson/board/feed.ts';
import { floorOf } from '../floor.ts';
import { load } from '../packages.ts';

const { Server } = await load('socket.io');

export function createServer({ feed }: { feed: Feed }) {
  const server = createHttpServer();
  // No heartbeat while it is measured, as with all others.
  const io = new Server(server, {
    transports: ['websocket'],
    pingInterval: 600_000,
  });
  io.on('connection', (socket: { emit(name: string, what: unknown): void }) =>
    socket.emit('snapshot', feed.snapshot()),
  );
  feed.on('update', (update) => io.emit('update', update));
  return floorOf(server);
}
