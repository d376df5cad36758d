/** A loudspeaker that speaks once for each announcement, and its sender. */
import { randomUUID } from 'node:crypto';
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
  // Why promises: a key is known from the moment it comes, and a request that
  // comes while the text is being spoken waits for the same response.
  const responses = new Map<string, Promise<SimpleResponse>>();

  return serve(({ key, text }) => {
    const known = responses.get(key);
    if (known) return known;
    const response = speak(text).then((body) => ({ status: 201, body }));
    // Why at once: between looking up and storing no other request may look.
    responses.set(key, response);
    // Why delete: what failed was not done, and may be tried again.
    response.catch(() => responses.delete(key));
    return response;
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
  // Why here: it is one announcement, however often it is sent.
  const key = randomUUID();
  for (let n = 1; ; n += 1) {
    try {
      const response = await send(url, { key, text });
      // Why only a 503: any other response would be the same the next time.
      if (response.status !== 503 || n === tries) return response;
    } catch (error) {
      if (n === tries) throw error;
    }
    await wait(20);
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
