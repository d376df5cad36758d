// Wrong: listens for the request's close.
// Told: A reader who is still there is told nothing

import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createFeed, type Update } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { encodeEvent } from '../../../event-stream.ts';

/** Where updates come from: a feed, or a part of one. */
export interface Source {
  on(event: 'update', tell: (update: Update) => void): unknown;
  off(event: 'update', tell: (update: Update) => void): unknown;
}

export interface Reader {
  feed: Source;
  request: IncomingMessage;
  response: ServerResponse;
  /** Bytes that it may leave unread. */
  buffer: number;
}

export function addReader({ feed, request, response, buffer }: Reader): void {
  const tell = ({ id, kind, data }: Update) => {
    const event = { event: kind, id, data: JSON.stringify(data) };
    response.write(encodeEvent(event));
    if (response.writableLength > buffer) response.destroy();
  };
  feed.on('update', tell);
  request.on('close', () => feed.off('update', tell));
}

/** Reads the body, if there is one, sends a head, and adds a reader. */
export function createServer({
  feed = createFeed(),
  buffer = 1_048_576,
} = {}): Lesson {
  const server = createHttpServer((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.flushHeaders();
      addReader({ feed, request, response, buffer });
    });
  });
  const close = async () => {
    feed.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
