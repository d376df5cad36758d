// Right, and different: compares what a second key makes of both.

import { createHmac, randomBytes } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { tolerance, type Letter, type Mailbox } from '../solution.ts';

/** Makes a function that takes letters, and returns the status to answer. */
export function createMailbox({ secret, speak }: Mailbox) {
  const spoken = new Set<string>();

  return async ({ fields, body }: Letter): Promise<number> => {
    const id = String(fields['webhook-id']);
    const stamp = String(fields['webhook-timestamp']);
    const signatures = String(fields['webhook-signature']).split(' ');
    const wanted = createHmac('sha256', secret)
      .update(`${id}.${stamp}.`)
      .update(body)
      .digest('base64');
    const key = randomBytes(32);
    const blind = (text: string) =>
      createHmac('sha256', key).update(text).digest('hex');
    const isGenuine = signatures.some(
      (signature) => blind(signature) === blind(`v1,${wanted}`),
    );
    if (!isGenuine) return 401;
    const age = Date.now() / 1_000 - Number(stamp);
    if (!(Math.abs(age) <= tolerance)) return 401;
    if (spoken.has(id)) return 200;
    spoken.add(id);
    const { text } = JSON.parse(body.toString()) as { text: string };
    speak(text);
    return 200;
  };
}

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
