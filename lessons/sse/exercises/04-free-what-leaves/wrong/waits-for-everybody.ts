// Wrong: waits for everybody's drain, so one slow reader stops all.
// Told: One who sleeps stops the others

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

const readers = new Set<ServerResponse>();
let turn = Promise.resolve();

function tellAll({ id, kind, data }: Update) {
  const event = { event: kind, id, data: JSON.stringify(data) };
  turn = turn.then(async () => {
    for (const each of readers) {
      if (each.destroyed || each.write(encodeEvent(event))) continue;
      await new Promise((done) => each.once('drain', done));
    }
  });
}

export function addReader({ feed, response }: Reader): void {
  if (readers.size === 0) feed.on('update', tellAll);
  readers.add(response);
  response.on('close', () => {
    readers.delete(response);
    if (readers.size === 0) feed.off('update', tellAll);
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
