// Right, and different: a queue of its own, with a limit of its own.

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

export function addReader({ feed, response, buffer }: Reader): void {
  let queue: string[] = [];
  let waiting = 0;
  const pump = () => {
    while (queue.length > 0 && !response.writableNeedDrain) {
      const text = queue.shift()!;
      waiting -= text.length;
      response.write(text);
    }
  };
  const tell = ({ id, kind, data }: Update) => {
    const text = encodeEvent({ event: kind, id, data: JSON.stringify(data) });
    queue.push(text);
    waiting += text.length;
    if (waiting > buffer) response.socket?.resetAndDestroy();
    else pump();
  };
  feed.on('update', tell);
  response.on('drain', pump);
  response.on('close', () => {
    feed.off('update', tell);
    queue = [];
  });
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
