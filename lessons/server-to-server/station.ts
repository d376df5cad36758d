/**
 * The station: it has the board, and a loudspeaker that must not speak twice.
 * The operators call it in three ways; the gateways fetch the board from it.
 */
import { createServer as createHttpServer } from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { LessonProcess } from '@on-the-wire/shared/lesson.ts';
import { notStored } from '@on-the-wire/shared/page/not-stored.ts';
import { serveRate } from '@on-the-wire/shared/page/serve-rate.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import { onlyWebSockets } from '@on-the-wire/shared/page/upgrade.ts';
import express, { type Request, type Response } from 'express';
import { asBytes, asText } from './body.ts';
import { deadlineOf } from './deadline.ts';
import { tellNews } from './event-stream.ts';
import { hearFrames } from './frame-socket.ts';
import { createKeys } from './idempotency.ts';
import { createLoudspeaker, relaySpeech } from './loudspeaker.ts';
import { publishNews } from './news.ts';
import { verify } from './webhook.ts';

const defaults = {
  broker: '', // its URL; without one the news stay here
  secret: 'whsec', // what operators and station alone know
  speaking: 20, // ms that an announcement takes
  timeoutMs: 5_000, // that anybody may wait for us, at most
};
type Options = typeof defaults & { feed: ReturnType<typeof createFeed> };

export function createServer(options: Partial<Options> = {}): LessonProcess {
  const { feed = createFeed(), ...given } = options;
  const { broker, secret, speaking, timeoutMs } = { ...defaults, ...given };
  const { speak, counts } = createLoudspeaker(feed, speaking);
  const once = createKeys();
  const app = express();
  app.use(notStored, serveRate(feed));

  // 1. A raw socket: frames come, and nothing goes back.
  const frames = hearFrames((text) => speak(text).catch(() => {}));

  // 2. HTTP, with a key: sent twice, done once, and both get the response.
  app.post('/announcements', asText, async (q: Request, s: Response) => {
    const key = q.get('Idempotency-Key');
    if (!key) return void s.status(400).send('Name an Idempotency-Key.');
    const deadline = deadlineOf(q.headers, timeoutMs);
    const { status, body } = await once(key, q.body, async () => {
      const id = await speak(q.body, deadline);
      return { status: id ? 201 : 504, body: { id } };
    });
    s.status(status).json(body);
  });

  // 3. Webhooks: the raw bytes, because those were signed. Acted on once.
  app.post('/webhooks', asBytes, async (q: Request, s: Response) => {
    const message = verify(secret, q.headers, q.body);
    if ('refused' in message) return void s.status(401).send(message.refused);
    const { id, body } = message;
    const work = async () => ({ status: 200, body: { id: await speak(body) } });
    const done = await once(`webhook ${id}`, body, work);
    s.status(done.status).json(done.body);
  });

  // 5. What gateways fetch: the board, as JSON and as an event stream.
  const missed = (id: string) => feed.after(id) ?? [feed.snapshot()];
  app.get('/board', (_q, s) => void s.json(feed.snapshot()));
  app.get('/events', (q, s) => tellNews(feed, missed, q, s));
  app.get('/status', (_q, s) => {
    s.json({ ...counts, updates: feed.snapshot().data.n, rate: feed.rate });
  });

  // 6. The updates after an id, for a gateway that has missed some.
  app.get('/updates', (q, s) => {
    const updates = feed.after(String(q.query['after']));
    if (updates) s.json(updates);
    else s.status(404).send('That id is not known, or no longer.');
  });
  app.use(tellErrors);

  const server = createHttpServer(onlyWebSockets, app);
  const sockets = relaySpeech(server, feed);
  const news = broker ? publishNews(feed, broker) : undefined;
  const close = async () => {
    feed.close();
    await news?.close();
    for (const client of sockets.clients) client.terminate();
    frames.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, others: { feed: frames }, close };
}

if (import.meta.main) {
  const { PORT = '4010', PORT_FEED = '4011', SEED, RATE } = process.env;
  const { BROKER_URL: broker = 'mqtt://127.0.0.1:4030' } = process.env;
  const feed = createFeed({ seed: SEED, rate: RATE });
  const { server, others } = createServer({ feed, broker });
  server.listen(Number(PORT), '127.0.0.1');
  others!['feed']!.listen(Number(PORT_FEED), '127.0.0.1');
}
