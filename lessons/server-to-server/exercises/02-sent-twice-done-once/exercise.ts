/**
 * A loudspeaker that other programs ask to speak; and one that asks.
 * Broken on purpose: see README.md.
 */
import { createServer as createHttpServer, request } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';

export interface Loudspeaker {
  /** Resolves with what it calls this announcement, once it was spoken. */
  speak(text: string): Promise<string>;
}

export interface Answer {
  status: number;
  body: string;
}

/** The loudspeaker's side: `POST /announcements`, with a text. */
export function createServer({ speak }: Loudspeaker): Lesson {
  return serve(async ({ text }) => {
    // TODO: the same key may come again, even while this one is spoken.
    return { status: 201, body: await speak(text) };
  });
}

/**
 * The sender's side: has a text spoken, and tries up to `tries` times.
 *
 * @throws where there was no answer
 */
export async function announce(
  url: string,
  text: string,
  { tries }: { tries: number },
): Promise<Answer> {
  for (let n = 1; ; n += 1) {
    try {
      // TODO: a key, by which a try is known; and a 503 is not the end.
      return await send(url, { key: '', text });
    } catch (error) {
      if (n === tries) throw error;
      await wait(20);
    }
  }
}

// ---- From here on nothing is broken ----

export interface Announcement {
  /** The request's `Idempotency-Key`; empty where it has none. */
  key: string;
  text: string;
}

/** Sends it once. Rejects where no whole answer comes. */
export function send(url: string, { key, text }: Announcement) {
  return new Promise<Answer>((resolve, reject) => {
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      ...(key && { 'idempotency-key': key }),
    };
    const asked = request(url, { method: 'POST', agent: false, headers });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      textOf(response).then((body) => resolve({ status, body }), reject);
    });
    asked.end(text);
  });
}

/** Answers what was asked, with 503 where that fails. */
export function serve(say: (asked: Announcement) => Promise<Answer>): Lesson {
  const server = createHttpServer(async (asked, response) => {
    const key = String(asked.headers['idempotency-key'] ?? '');
    try {
      const { status, body } = await say({ key, text: await textOf(asked) });
      response.writeHead(status).end(body);
    } catch (error) {
      response.writeHead(503).end((error as Error).message);
    }
  });
  const close = async () => {
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
