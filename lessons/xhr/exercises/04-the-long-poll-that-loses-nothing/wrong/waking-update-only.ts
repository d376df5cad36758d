// Wrong: answers with the update that woke it only.
// Told: What came while nobody asked is lost

import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  createFeed,
  type Feed,
  type News,
  type Update,
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

export function answerNews(question: Question): void {
  const { feed, patience, response, tell } = question;
  const stop = () => {
    clearTimeout(timer);
    feed.off('update', end);
    response.off('close', stop);
  };
  const end = (update?: Update) => {
    stop();
    tell(update ? [update] : []);
  };
  const timer = setTimeout(end, patience);
  feed.on('update', end);
  response.on('close', stop);
}

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
