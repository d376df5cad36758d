/**
 * A loudspeaker that speaks for other programs, and a program that uses it.
 * Broken on purpose: see README.md.
 */
import http, { createServer as createHttpServer } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';

export interface Loudspeaker {
  /** Resolves with the name of this announcement, once it was spoken. */
  speak(text: string): Promise<string>;
}

/** The parts of a response that matter here. */
export interface SimpleResponse {
  status: number;
  body: string;
}

/** The loudspeaker: `POST /announcements`, with a text. */
export function createServer({ speak }: Loudspeaker): Lesson {
  return serve(async ({ text }) => {
    // TODO: the same key may come again, even while this text is being spoken.
    return { status: 201, body: await speak(text) };
  });
}

/**
 * The sender: has a text spoken, and tries up to `tries` times.
 *
 * @throws if there was no response
 */
export async function announce(
  url: string,
  text: string,
  { tries }: { tries: number },
): Promise<SimpleResponse> {
  for (let n = 1; ; n += 1) {
    try {
      // TODO: a key that is the same for all tries; and a 503 is not the end.
      return await send(url, { key: '', text });
    } catch (error) {
      if (n === tries) throw error;
      await wait(20);
    }
  }
}

// ---- From here on nothing is broken ----

export interface Announcement {
  /** Its `Idempotency-Key`; if it is empty, none is sent. */
  key: string;
  text: string;
}

/** Sends it once. Rejects if no complete response comes. */
export function send(url: string, { key, text }: Announcement) {
  return new Promise<SimpleResponse>((resolve, reject) => {
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      ...(key && { 'idempotency-key': key }),
    };
    const options = { method: 'POST', agent: false, headers };
    const clientRequest = http.request(url, options);
    clientRequest.on('error', reject);
    clientRequest.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      textOf(response).then((body) => resolve({ status, body }), reject);
    });
    clientRequest.end(text);
  });
}

/**
 * Responds with what `handle` returns, with 503 if that fails, and with 400 to a
 * request without a key.
 */
export function serve(
  handle: (announcement: Announcement) => Promise<SimpleResponse>,
): Lesson {
  const server = createHttpServer(async (request, response) => {
    const key = String(request.headers['idempotency-key'] ?? '');
    if (!key) return void response.writeHead(400).end('Name a key.');
    try {
      const text = await textOf(request);
      const { status, body } = await handle({ key, text });
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
