/**
 * An event stream that can be resumed: HTML, 9.2.4.
 * Broken on purpose: see README.md.
 */
import { createServer as createHttpServer } from 'node:http';
import {
  createFeed,
  type Feed,
  type News,
  type Update,
} from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { encodeComment, encodeEvent } from '../../event-stream.ts';

/** Returns the updates that are kept, oldest first. It asks a database. */
export type LookUp = () => Promise<Update[]>;

/** One reader, and where its updates come from. */
export interface Reader {
  feed: Feed;
  lookUp: LookUp;
  /** The last id that it saw; '' if it names none. */
  lastId: string;
  tell: (news: News) => void;
}

/**
 * Tells a reader all that came after `lastId`, then each update as it happens.
 * Returns a function that stops it.
 */
export function follow(reader: Reader): () => void {
  const { feed, tell } = reader;
  // TODO: a reader that names an id wants what came after that id.
  tell(feed.snapshot());
  feed.on('update', tell);
  return () => feed.off('update', tell);
}

// ---- From here on nothing is broken ----

/**
 * Each reader gets the headers and a comment at once, then whatever `follow`
 * tells. The comment ends half an event that a browser may have kept.
 */
export function createServer({
  feed = createFeed(),
  lookUp = database(feed),
} = {}): Lesson {
  const server = createHttpServer((request, response) => {
    response.setHeader('Content-Type', 'text/event-stream');
    response.setHeader('Cache-Control', 'no-cache');
    response.write(encodeComment('new stream'));
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

/** Keeps a thousand updates. Both ways take time: there and back. */
export function database(feed: Feed): LookUp {
  const kept: Update[] = [];
  feed.on('update', (update) => {
    kept.push(update);
    if (kept.length > 1000) kept.shift();
  });
  return async () => {
    const travel = () => new Promise((done) => setTimeout(done, 10));
    await travel();
    const found = [...kept];
    await travel();
    return found;
  };
}
