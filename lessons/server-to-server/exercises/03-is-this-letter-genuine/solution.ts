/** Letters between servers, told from forged ones: standardwebhooks.com. */
import { createHmac, timingSafeEqual } from 'node:crypto';
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
export function createMailbox({ secret, speak }: Mailbox) {
  const spoken = new Set<string>();

  return async ({ fields, body }: Letter): Promise<number> => {
    const id = String(fields['webhook-id']);
    const stamp = String(fields['webhook-timestamp']);
    const signatures = String(fields['webhook-signature']).split(' ');

    // Why the bytes: the sender signed them. What a parser makes of them, and
    // a serialiser of that, are others.
    const wanted = createHmac('sha256', secret)
      .update(`${id}.${stamp}.`)
      .update(body)
      .digest();

    // Why not `===`: it stops at the first difference, and the time it took
    // tells where that was. Why the length first: `timingSafeEqual` throws.
    const isGenuine = signatures.some((signature) => {
      const [version, base64 = ''] = signature.split(',');
      const found = Buffer.from(base64, 'base64');
      if (version !== 'v1' || found.length !== wanted.length) return false;
      return timingSafeEqual(found, wanted);
    });
    if (!isGenuine) return 401;

    // Why this time: it is under the signature. Nobody can make it new.
    const age = Date.now() / 1_000 - Number(stamp);
    if (!(Math.abs(age) <= tolerance)) return 401;

    // Why the id, and why so late: a copy has a time and a signature of its
    // own, and a forged letter must not take a genuine one's place. Why 200:
    // the sender would send what is refused again.
    if (spoken.has(id)) return 200;
    spoken.add(id);
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
