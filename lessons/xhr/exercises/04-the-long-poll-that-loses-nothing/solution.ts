/** The response that waits: long polling. RFC 6202, 2. */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  createFeed,
  type Feed,
  type News,
} from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';

/** A request that waits for news. */
export interface LongPoll {
  feed: Feed;
  /** The last id that the client has. */
  id: string;
  /** How long the response may wait for news. */
  timeoutMs: number;
  request: IncomingMessage;
  response: ServerResponse;
  /** Sends the response: one for each request, unless its client has left. */
  send: (news: News[]) => void;
}

/** Sends all that came after the id, as soon as there is something. */
export function respondWithNews(poll: LongPoll): void {
  const { feed, id, timeoutMs, response, send } = poll;

  // Why first: between two requests trains go on.
  const missed = feed.after(id);
  if (!missed) return send([feed.snapshot()]);
  if (missed.length > 0) return send(missed);

  // Why one function for all: whichever comes first, the others must not come,
  // too. There is one response, and a client that has left costs nothing.
  const stop = () => {
    clearTimeout(timer);
    feed.off('update', end);
    response.off('close', stop);
  };
  const end = () => {
    stop();
    // Why not only the update that ended the wait: the id says what is missing.
    send(feed.after(id) ?? [feed.snapshot()]);
  };
  const timer = setTimeout(end, timeoutMs);
  feed.on('update', end);
  response.on('close', stop);
}

/** `GET /updates?after=<id>`: a list of news, as JSON. */
export function createServer({
  feed = createFeed(),
  timeoutMs = 20_000,
} = {}): Lesson {
  const server = createHttpServer((request, response) => {
    const [, query] = request.url!.split('?');
    const id = new URLSearchParams(query).get('after') ?? '';
    const send = (news: News[]) => {
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Cache-Control': 'no-store',
      });
      response.end(JSON.stringify(news));
    };
    respondWithNews({ feed, id, timeoutMs, request, response, send });
  });
  const close = async () => {
    feed.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
