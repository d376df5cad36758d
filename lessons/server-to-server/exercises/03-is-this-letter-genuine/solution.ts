/** Takes webhook messages, and refuses forged ones: standardwebhooks.com. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
} from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';

/** A message, as it came. */
export interface WebhookMessage {
  /**
   * `webhook-id`; `webhook-timestamp`, when this copy was sent, in seconds
   * since 1970; `webhook-signature`, one or several, with a space between:
   * `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`.
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
export function createReceiver({ secret, speak }: Receiver) {
  const spoken = new Set<string>();

  return async ({ headers, body }: WebhookMessage): Promise<number> => {
    const id = String(headers['webhook-id']);
    const stamp = String(headers['webhook-timestamp']);
    const signatures = String(headers['webhook-signature']).split(' ');

    // Why the raw bytes: the sender signed them. If you parse and serialise
    // them again, they are others.
    const wanted = createHmac('sha256', secret)
      .update(`${id}.${stamp}.`)
      .update(body)
      .digest();

    // Why not `===`: it stops at the first difference, and the time it takes
    // tells where that is. Why the length first: `timingSafeEqual` throws.
    const isGenuine = signatures.some((signature) => {
      const [version, base64 = ''] = signature.split(',');
      const found = Buffer.from(base64, 'base64');
      if (version !== 'v1' || found.length !== wanted.length) return false;
      return timingSafeEqual(found, wanted);
    });
    if (!isGenuine) return 401;

    // Why this time: it is signed. Nobody else can make it new.
    const age = Date.now() / 1_000 - Number(stamp);
    if (!(Math.abs(age) <= tolerance)) return 401;

    // Why the id, and why so late: a copy has a time and a signature of its
    // own, and a forged message must not take the place of a genuine one. Why
    // 200: if a copy is refused, the sender sends it again.
    if (spoken.has(id)) return 200;
    try {
      const { text } = JSON.parse(body.toString()) as { text?: unknown };
      if (typeof text !== 'string') return 422;
      speak(text);
    } catch {
      return 422;
    }
    // Why after it was spoken: if its id is noted before, and it fails, a copy
    // is never spoken. Why nothing is awaited in between: two copies may come
    // in the same moment.
    spoken.add(id);
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
