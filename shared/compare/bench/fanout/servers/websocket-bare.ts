/** The floor: `ws` as its own documentation broadcasts. */
import { createServer as createHttpServer } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Feed } from '@on-the-wire/lesson/board/feed.ts';
import { floorOf } from '../floor.ts';

export function createServer({ feed }: { feed: Feed }) {
  const server = createHttpServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (client) => {
    client.send(JSON.stringify({ kind: 'hello' }));
    client.send(JSON.stringify(feed.snapshot()));
  });
  feed.on('update', (update) => {
    const text = JSON.stringify(update);
    for (const client of sockets.clients) client.send(text);
  });
  return floorOf(server);
}
