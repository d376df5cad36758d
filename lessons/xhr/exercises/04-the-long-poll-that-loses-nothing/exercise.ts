/**
 * The answer that waits: long polling. RFC 6202, section 2.
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

/** Who asks, and since when. */
export interface Question {
  feed: Feed;
  /** The last id that the page has. */
  id: string;
  /** ms that an answer may wait for news. */
  patience: number;
  request: IncomingMessage;
  response: ServerResponse;
  /** Sends the answer; there is one to each question. */
  tell: (news: News[]) => void;
}

/** Answers with all that came after the id, as soon as there is something. */
export function answerNews(question: Question): void {
  const { feed, tell } = question;
  // TODO: lose nothing, wait no longer than `patience`, leave nothing behind.
  feed.once('update', (update) => tell([update]));
}

// ---- From here on nothing is broken ----

/** `GET /updates?after=<id>`: a list of news, as JSON. */
export function createServer({
  feed = createFeed(),
  patience = 20_000,
} = {}): Lesson {
  const server = createHttpServer((request, response) => {
    const [, query] = request.url!.split('?');
    const id = new URLSearchParams(query).get('after') ?? '';
    const tell = (news: News[]) => {
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Cache-Control': 'no-store',
      });
      response.end(JSON.stringify(news));
    };
    answerNews({ feed, id, patience, request, response, tell });
  });
  const close = async () => {
    feed.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
