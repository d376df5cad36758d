// Right, and different: Web Crypto, a class, other status codes, the time first.

import { createServer as createHttpServer } from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import type { Receiver, WebhookMessage } from '../solution.ts';

const hmac = { name: 'HMAC', hash: 'SHA-256' };

class Messages {
  readonly #known = new Map<string, number>();
  readonly #speak: Receiver['speak'];
  readonly #key: Promise<CryptoKey>;

  constructor({ secret, speak }: Receiver) {
    this.#speak = speak;
    const bytes = new TextEncoder().encode(secret);
    this.#key = crypto.subtle.importKey('raw', bytes, hmac, false, ['verify']);
  }

  async take({ headers, body }: WebhookMessage): Promise<number> {
    const { 'webhook-id': id, 'webhook-timestamp': stamp } = headers;
    const minutes = (Date.now() / 1_000 - Number(stamp)) / 60;
    if (Number.isNaN(minutes) || minutes > 5 || minutes < -5) return 400;
    const prefix = new TextEncoder().encode(`${String(id)}.${String(stamp)}.`);
    const signed = new Uint8Array(Buffer.concat([prefix, body]));
    const said = String(headers['webhook-signature']);
    for (const [, base64] of said.matchAll(/(?:^| )v1,([^ ]+)/g)) {
      const found = new Uint8Array(Buffer.from(base64!, 'base64'));
      const key = await this.#key;
      if (!(await crypto.subtle.verify(hmac, key, found, signed))) continue;
      if (this.#known.has(String(id))) return 204;
      this.#known.set(String(id), Date.now());
      if (this.#hasSpoken(String(body))) return 202;
      this.#known.delete(String(id));
      return 400;
    }
    return 403;
  }

  #hasSpoken(json: string): boolean {
    try {
      this.#speak((JSON.parse(json) as { text: string }).text);
      return true;
    } catch {
      return false;
    }
  }
}

/** Speaks what genuine messages say. */
export function createServer({
  feed = createFeed(),
  secret = 'whsec',
} = {}): Lesson {
  const messages = new Messages({
    secret,
    speak: (text) => feed.announce(text),
  });
  const server = createHttpServer(async (request, response) => {
    try {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const { headers } = request;
      const body = Buffer.concat(pieces);
      response.writeHead(await messages.take({ headers, body })).end();
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
