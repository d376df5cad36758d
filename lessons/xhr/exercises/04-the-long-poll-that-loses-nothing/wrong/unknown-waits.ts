// Wrong: takes an unknown id for one after which nothing came.
// Told: An unknown id is not answered with the board

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

export function answerNews(question: Question): void {
  const { feed, id, patience, response, tell } = question;
  const missed = feed.after(id) ?? [];
  if (missed.length > 0) return tell(missed);
  const stop = () => {
    clearTimeout(timer);
    feed.off('update', end);
    response.off('close', stop);
  };
  const end = () => {
    stop();
    tell(feed.after(id) ?? []);
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
