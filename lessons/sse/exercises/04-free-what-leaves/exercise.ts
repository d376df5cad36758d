/**
 * The readers of an event stream, from their first byte to their last.
 * Broken on purpose: see README.md.
 */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createFeed, type Update } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { encodeComment, encodeEvent } from '../../event-stream.ts';

/** Where updates come from: a feed, or a part of one. */
export interface Source {
  on(event: 'update', tell: (update: Update) => void): unknown;
  off(event: 'update', tell: (update: Update) => void): unknown;
}

export interface Reader {
  feed: Source;
  request: IncomingMessage;
  response: ServerResponse;
  /** How many bytes it may leave unread. */
  buffer: number;
}

/** Sends each update to a reader, until it leaves or does not read. */
export function addReader(reader: Reader): void {
  const { feed, response } = reader;
  const tell = ({ id, kind, data }: Update) => {
    const event = { event: kind, id, data: JSON.stringify(data) };
    // Of a string, Node would count the characters, not the bytes.
    response.write(Buffer.from(encodeEvent(event)));
  };
  feed.on('update', tell);
  // TODO: clean up after a reader that leaves; cut off one that does not read.
}

// ---- From here on nothing is broken ----

/**
 * Reads the body, if there is one, sends the headers and a comment, and adds a
 * reader.
 */
export function createServer({
  feed = createFeed(),
  buffer = 1_048_576,
} = {}): Lesson {
  const server = createHttpServer((request, response) => {
    request.resume().once('end', () => {
      response.setHeader('Content-Type', 'text/event-stream');
      response.setHeader('Cache-Control', 'no-cache');
      response.write(encodeComment('new stream'));
      addReader({ feed, request, response, buffer });
    });
  });
  const close = async () => {
    feed.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
