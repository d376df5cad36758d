// Wrong: counts for each connection from zero.
// Told: An id counts the connection, not the updates

import { createServer as createHttpServer } from 'node:http';
import {
  createFeed,
  type Feed,
  type News,
  type Update,
} from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { encodeEvent } from '../../../event-stream.ts';

/** The updates that are kept, oldest first. It asks a database. */
export type LookUp = () => Promise<Update[]>;

/** Who wants to be told, and of what. */
export interface Reader {
  feed: Feed;
  lookUp: LookUp;
  /** The last id that it saw; '' where it names none. */
  lastId: string;
  tell: (news: News) => void;
}

export function follow(reader: Reader): () => void {
  const { feed, tell } = reader;
  let n = 0;
  const hear = (update: Update) => {
    n += 1;
    tell({ ...update, id: `${feed.run}-${n}` });
  };
  tell(feed.snapshot());
  feed.on('update', hear);
  return () => feed.off('update', hear);
}

/** Each reader gets a head at once, and then whatever `follow` tells. */
export function createServer({
  feed = createFeed(),
  lookUp = database(feed),
} = {}): Lesson {
  const server = createHttpServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    const lastId = String(request.headers['last-event-id'] ?? '');
    const tell = ({ id, kind, data }: News) =>
      response.write(
        encodeEvent({ event: kind, id, data: JSON.stringify(data) }),
      );
    response.on('close', follow({ feed, lookUp, lastId, tell }));
  });
  const close = async () => {
    feed.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}

/** Keeps a thousand updates, and takes its time to find them again. */
export function database(feed: Feed): LookUp {
  const kept: Update[] = [];
  feed.on('update', (update) => {
    kept.push(update);
    if (kept.length > 1000) kept.shift();
  });
  return async () => {
    const found = [...kept];
    await new Promise((done) => setTimeout(done, 20));
    return found;
  };
}
