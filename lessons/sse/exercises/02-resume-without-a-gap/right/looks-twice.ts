// Right, and different: looks again until nothing new was found, then listens.

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
  const { feed, lookUp, lastId, tell } = reader;
  let stopped = false;
  let last = '';
  const hear = (update: Update) => tell(update);
  const catchUp = async () => {
    const kept = await lookUp();
    const at = kept.findIndex(({ id }) => id === (last || lastId));
    const found: News[] = at < 0 ? [feed.snapshot()] : kept.slice(at + 1);
    found.forEach(tell);
    last = found.at(-1)?.id ?? last;
    if (stopped) return;
    // Nothing can happen between these two lines.
    if ((last || lastId) === feed.snapshot().id) feed.on('update', hear);
    else await catchUp();
  };
  void catchUp();
  return () => {
    stopped = true;
    feed.off('update', hear);
  };
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
