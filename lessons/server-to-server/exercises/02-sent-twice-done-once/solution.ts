/** A loudspeaker that speaks once for each announcement, and its sender. */
import { randomUUID } from 'node:crypto';
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
  // Why promises: a key is known from the moment it comes, and whoever comes
  // while it is spoken waits for the same answer.
  const answers = new Map<string, Promise<Answer>>();

  return serve(({ key, text }) => {
    const known = answers.get(key);
    if (known) return known;
    const answer = speak(text).then((body) => ({ status: 201, body }));
    // Why at once: between looking and storing nobody else may look.
    answers.set(key, answer);
    // Why forgotten: what failed was not done, and may be tried again.
    answer.catch(() => answers.delete(key));
    return answer;
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
  // Why here: it is one announcement, however often it is sent.
  const key = randomUUID();
  for (let n = 1; ; n += 1) {
    try {
      const answer = await send(url, { key, text });
      // Why only a 503: any other answer would be the same the next time.
      if (answer.status !== 503 || n === tries) return answer;
    } catch (error) {
      if (n === tries) throw error;
    }
    await wait(20);
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
