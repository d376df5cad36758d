/**
 * Letters between servers, told from forged ones: standardwebhooks.com.
 * Broken on purpose: see README.md.
 */
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
} from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';

/** What came, as it came. */
export interface Letter {
  /**
   * `webhook-id`; `webhook-timestamp`, when this copy was sent, in seconds
   * since 1970; `webhook-signature`, one or several, with a space between:
   * `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`.
   */
  fields: IncomingHttpHeaders;
  /** JSON: what `text` says is spoken. */
  body: Buffer;
}

export interface Mailbox {
  /** What sender and receiver alone know. */
  secret: string;
  speak: (text: string) => unknown;
}

/** So far a clock may be off, or a letter on its way, in seconds. */
export const tolerance = 300;

/** Makes a function that takes letters, and returns the status to answer. */
export function createMailbox(mailbox: Mailbox) {
  const { speak } = mailbox;

  return async ({ body }: Letter): Promise<number> => {
    // TODO: is it genuine? Of now? And not yet spoken?
    const { text } = JSON.parse(body.toString()) as { text: string };
    speak(text);
    return 200;
  };
}

// ---- From here on nothing is broken ----

/** Speaks what genuine letters say: `POST /letters`. */
export function createServer({
  feed = createFeed(),
  secret = 'whsec',
} = {}): Lesson {
  const take = createMailbox({ secret, speak: (text) => feed.announce(text) });
  const server = createHttpServer(async (request, response) => {
    try {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const letter = { fields: request.headers, body: Buffer.concat(pieces) };
      response.writeHead(await take(letter)).end();
    } catch (error) {
      // Whatever a stranger sends must not end the process.
      response.writeHead(500).end(String(error));
    }
  });
  const close = async () => {
    feed.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
