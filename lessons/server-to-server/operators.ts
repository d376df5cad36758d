/**
 * The railway operators: what they announce, the station's loudspeaker is to
 * speak once. Three ways, each with what the one before cannot do.
 */
import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LessonProcess } from '@on-the-wire/shared/lesson.ts';
import { notStored } from '@on-the-wire/shared/page/not-stored.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import express from 'express';
import { announce } from './announcement.ts';
import { startDelivery } from './delivery.ts';
import { openFrameSocket } from './frame-socket.ts';
import { readOrder } from './order.ts';
import { openQueue } from './queue.ts';
import { createAgent, usualTimeouts } from './request.ts';
import { createBudget, usualBackoff } from './retry.ts';

const defaults = {
  station: 'http://127.0.0.1:4010',
  feed: 'tcp://127.0.0.1:4011',
  secret: 'whsec', // what operators and station alone know
  queue: join(tmpdir(), `operators-${process.pid}.jsonl`), // the queue's file
  deadline: 5_000, // ms that an announcement may take, retries included
  retries: 20, // how many may be spent before some are earned again
  timeouts: usualTimeouts, // ms for each phase of a request
  backoff: usualBackoff, // ms between two tries
};
type Options = typeof defaults;

export function createServer(options: Partial<Options> = {}): LessonProcess {
  const given = { ...defaults, ...options };
  const { station, feed, secret, timeouts, backoff, deadline: ms } = given;
  const agent = createAgent();
  const budget = createBudget({ most: given.retries });
  const socket = openFrameSocket(feed);
  const queue = openQueue(given.queue);
  const url = `${station}/webhooks`;
  const delivery = startDelivery(queue, { url, secret, agent });
  const counts = { announced: 0, accepted: 0, failed: 0 };

  // 1. Into the socket, and hope.
  const byFrames = async (text: string) => socket.send(text);

  // 2. With a response: one key for all tries, one deadline over all.
  const means = { ms, agent, budget, timeouts, backoff };
  const byHttp = (text: string) =>
    announce(`${station}/announcements`, text, means);

  // 3. Onto the disk, all at once; delivered when it can be.
  const byWebhook = (texts: string[]) => {
    queue.add(...texts.map((body) => ({ id: randomUUID(), body })));
    counts.accepted += texts.length;
    delivery.look();
  };

  const app = express().use(notStored);
  app.post('/announcements', express.json(), async (q, s) => {
    const { way, texts } = readOrder(q.body);
    counts.announced += texts.length;
    if (way === 'webhook') byWebhook(texts);
    // A 202 promises only what is on the disk.
    s.status(202).json(counts);
    if (way === 'webhook') return;
    const speak = way === 'http' ? byHttp : byFrames;
    for (const text of texts)
      await speak(text).then(
        () => (counts.accepted += 1),
        () => (counts.failed += 1),
      );
  });
  app.get('/status', (_q, s) => {
    const waiting = queue.pending().length;
    const { left: retriesLeft } = budget;
    const sent = { ...counts, ...delivery.counts, ...agent.counts };
    s.json({ ...sent, ...socket.counts, waiting, retriesLeft });
  });
  app.use(tellErrors);

  const server = createHttpServer(app);
  const close = async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    agent.destroy();
    socket.close();
    await Promise.all([delivery.stop(), closed]);
    queue.close();
  };
  return { server, close };
}

if (import.meta.main) {
  const { PORT = '4020', QUEUE: queue = '.queue.jsonl' } = process.env;
  const { STATION_URL: station = defaults.station } = process.env;
  const { FEED_URL: feed = defaults.feed } = process.env;
  const { server } = createServer({ station, feed, queue });
  server.listen(Number(PORT), '127.0.0.1');
}
