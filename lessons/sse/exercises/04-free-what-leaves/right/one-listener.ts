// Right, and different: one listener for all readers, added with the first and gone with the last.

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

const readers = new WeakMap<Source, Map<ServerResponse, number>>();
const tellers = new WeakMap<Source, (update: Update) => void>();

function tellAll(all: Map<ServerResponse, number>, update: Update) {
  const { id, kind, data } = update;
  const text = encodeEvent({ event: kind, id, data: JSON.stringify(data) });
  for (const [response, buffer] of all) {
    const fits = response.write(text) || response.writableLength <= buffer;
    if (!fits) response.destroy();
  }
}

export function addReader({ feed, response, buffer }: Reader): void {
  const all = readers.get(feed) ?? new Map<ServerResponse, number>();
  readers.set(feed, all);
  all.set(response, buffer);
  const tell = tellers.get(feed) ?? tellAll.bind(undefined, all);
  if (!tellers.has(feed)) feed.on('update', tell);
  tellers.set(feed, tell);
  response.once('close', () => {
    all.delete(response);
    if (all.size > 0) return;
    feed.off('update', tell);
    tellers.delete(feed);
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
