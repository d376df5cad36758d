/**
 * The response that waits: long polling. RFC 6202, 2.
 * Broken on purpose: see README.md.
 */
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
  const { feed, send } = poll;
  // TODO: lose nothing, wait no longer than `timeoutMs`, leave nothing behind.
  feed.once('update', (update) => send([update]));
}

// ---- From here on nothing is broken ----

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
