/** better-sse, with a channel that all listen to. */
import { createServer as createHttpServer } from 'node:http';
import type { Feed } from '@on-the-wire/lesson/board/feed.ts';
import { floorOf } from '../floor.ts';
import { load } from '../packages.ts';

const { createChannel, createSession } = await load('better-sse');

export function createServer({ feed }: { feed: Feed }) {
  const channel = createChannel();
  const server = createHttpServer(async (request, response) => {
    const session = await createSession(request, response, { keepAlive: null });
    const { id, kind, data } = feed.snapshot();
    session.push(data, kind, id);
    channel.register(session);
  });
  feed.on('update', ({ id, kind, data }) =>
    channel.broadcast(data, kind, { eventId: id }),
  );
  return floorOf(server);
}
