/**
 * WebSocket: both sides send when they like. RFC 6455.
 * Left out: several servers that share their clients (the last lesson).
 */
import { createServer as createHttpServer } from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { localOrigins, readOrigins } from '@on-the-wire/shared/page/origins.ts';
import { servePage } from '@on-the-wire/shared/page/serve-page.ts';
import { serveRate } from '@on-the-wire/shared/page/serve-rate.ts';
import { isStaff, signIn } from '@on-the-wire/shared/page/staff.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import { onlyWebSockets } from '@on-the-wire/shared/page/upgrade.ts';
import express from 'express';
import { closeAll, createSockets, letIn, readQuery } from './handshake.ts';
import { receive } from './messages.ts';
import { createOutbox } from './outbox.ts';
import { watchPulse } from './pulse.ts';
import { createTickets } from './tickets.ts';
import { createTracks } from './tracks.ts';

const defaults = {
  origins: localOrigins(4001), // of pages that may open a WebSocket here
  ping: 15_000, // ms between two pings
  valid: 10_000, // ms that a ticket is good for
  largest: 4_096, // bytes of one message
  buffer: 262_144, // bytes that may wait for a slow reader
  deflate: false, // whether messages are compressed: RFC 7692
};
type Options = typeof defaults & { feed: ReturnType<typeof createFeed> };

export function createServer(options: Partial<Options> = {}): Lesson {
  const { feed = createFeed(), ...given } = options;
  const settings = { ...defaults, ...given };
  const tracks = createTracks();
  const tickets = createTickets(settings.valid);
  const app = express();

  // The page, the board and the switch for its rate: as in every lesson.
  app.use(servePage(new URL('page/', import.meta.url)), serveRate(feed));
  app.post('/sign-in', signIn).post('/ticket', tickets.give).use(tellErrors);
  const server = createHttpServer(onlyWebSockets, app);
  const sockets = createSockets(settings.largest, settings.deflate);

  // It begins as an HTTP request, and is refused as one. Then come frames.
  server.on('upgrade', letIn(sockets, tickets, settings.origins));

  sockets.on('connection', (client, request) => {
    const { send, place } = createOutbox(client, settings.buffer);

    // First words. Cookie and ticket came with the handshake, never again.
    const { after, ticket } = readQuery(request);
    const staff = isStaff(request) || ticket !== null;
    send({ kind: 'hello', staff, rate: feed.rate });

    // A client that reconnects names its last id, and gets all that followed.
    const missed = feed.after(after) ?? [feed.snapshot()];
    missed.forEach(send);
    tracks.places().forEach((bytes, train) => place(train, bytes));

    // From here on both send when they like: updates as text, places as bytes.
    const show = (train: number, bytes: Uint8Array, by: unknown) =>
      by === client || place(train, bytes);
    feed.on('update', send);
    tracks.on('place', show);
    client.on('message', (data: Buffer, isBinary) => {
      try {
        if (isBinary) tracks.move(data, client);
        else receive(String(data), { feed, staff, send });
      } catch (error) {
        send({ kind: 'error', message: (error as Error).message });
      }
    });

    // A client that is gone without a close frame is noticed.
    watchPulse(client, settings.ping);
    client.on('close', () => feed.off('update', send));
    client.on('close', () => tracks.off('place', show));
  });

  // Going away: let nobody in, tell every client, end what HTTP has left.
  const close = async () => {
    feed.close();
    const ended = new Promise((done) => server.close(done));
    await closeAll(sockets);
    server.closeAllConnections();
    await ended;
  };
  return { server, close };
}

// Started by itself: listen on this machine only, and close when told to end.
if (import.meta.main) {
  const { PORT = '4001', ORIGINS, SEED, RATE } = process.env;
  const origins = readOrigins(ORIGINS) ?? localOrigins(PORT);
  const feed = createFeed({ seed: SEED, rate: RATE });
  const lesson = createServer({ feed, origins });
  lesson.server.listen(Number(PORT), '127.0.0.1');
  process.once('SIGTERM', lesson.close);
}
