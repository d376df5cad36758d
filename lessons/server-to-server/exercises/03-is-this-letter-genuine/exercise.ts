/**
 * Takes webhook messages, and refuses forged ones: standardwebhooks.com.
 * Broken on purpose: see README.md.
 */
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
} from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';

/** A message, as it came. */
export interface WebhookMessage {
  /**
   * `webhook-id` is the same in all copies of a message. `webhook-timestamp`
   * says when this copy was sent, in seconds since 1970. `webhook-signature`
   * has one or more signatures, with spaces between them: each is `v1,` and the
   * Base64 of HMAC-SHA256 over `id.timestamp.body`.
   */
  headers: IncomingHttpHeaders;
  /** JSON; its `text` is spoken. */
  body: Buffer;
}

export interface Receiver {
  /** What only sender and receiver know. */
  secret: string;
  speak: (text: string) => unknown;
}

/** The most that a timestamp may differ from our clock, in seconds. */
export const tolerance = 300;

/** Makes a function that takes a message, and returns the status code. */
export function createReceiver(receiver: Receiver) {
  const { speak } = receiver;

  return async ({ body }: WebhookMessage): Promise<number> => {
    // TODO: is it genuine? Is it new? Has it been spoken already?
    const { text } = JSON.parse(body.toString()) as { text: string };
    speak(text);
    return 200;
  };
}

// ---- From here on nothing is broken ----

/** Speaks what genuine messages say: `POST /webhooks`. */
export function createServer({
  feed = createFeed(),
  secret = 'whsec',
} = {}): Lesson {
  const take = createReceiver({ secret, speak: (text) => feed.announce(text) });
  const server = createHttpServer(async (request, response) => {
    try {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const { headers } = request;
      const status = await take({ headers, body: Buffer.concat(pieces) });
      response.writeHead(status).end();
    } catch (error) {
      // Whatever an attacker sends must not end the process.
      response.writeHead(500).end(String(error));
    }
  });
  const close = async () => {
    feed.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
