/**
 * An event stream that can be resumed: HTML, 9.2.4.
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
  const { feed, lookUp, lastId, tell } = reader;
  // Why listen first: what happens while the database looks is not in its
  // result. It waits in a list until it can be told.
  let waiting: Update[] | undefined = [];
  let told = 0;
  let stopped = false;

  // Why the number: what waits may also have been found. It is told once.
  const tellOnce = (news: News) => {
    // Why here: a reader may leave while the database looks.
    if (stopped) return;
    if (news.data.n <= told && news.kind !== 'snapshot') return;
    told = news.data.n;
    tell(news);
  };
  const hear = (update: Update) => {
    if (waiting) waiting.push(update);
    else tellOnce(update);
  };
  feed.on('update', hear);

  void lookUp().then((kept) => {
    // Why the whole board: nobody knows what came after an id that is not here.
    // A guess would be a gap that nobody sees.
    const at = kept.findIndex(({ id }) => id === lastId);
    const missed: News[] = at < 0 ? [feed.snapshot()] : kept.slice(at + 1);
    for (const news of missed) tellOnce(news);
    // Why not a copy of the list: while a reader is told, one more update may
    // happen. It waits at the end of the list, where this loop finds it.
    for (const update of waiting!) tellOnce(update);
    waiting = undefined;
  });
  return () => {
    stopped = true;
    feed.off('update', hear);
  };
}

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
