/** The floor: an event stream from `node:http`, and nothing that it lacks. */
import {
  createServer as createHttpServer,
  type ServerResponse,
} from 'node:http';
import type { Feed, News } from '@on-the-wire/lesson/board/feed.ts';
import { floorOf } from '../floor.ts';

const textOf = ({ id, kind, data }: News) =>
  `event: ${kind}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

export function createServer({ feed }: { feed: Feed }) {
  const clients = new Set<ServerResponse>();
  const server = createHttpServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(textOf(feed.snapshot()));
    clients.add(response);
    response.on('close', () => clients.delete(response));
  });
  feed.on('update', (update) => {
    const text = textOf(update);
    for (const client of clients) client.write(text);
  });
  return floorOf(server);
}
