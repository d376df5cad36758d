/**
 * WebSocket: both sides send when they like. RFC 6455.
 * Left out: several servers that share their clients (the last lesson).
 */
import { createServer as createHttpServer } from 'node:http';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { endOnSignal, takeOver } from '@on-the-wire/shared/board/hand-over.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { createDrain, drainMs } from '@on-the-wire/shared/page/drain.ts';
import { localOrigins, readOrigins } from '@on-the-wire/shared/page/origins.ts';
import { servePage } from '@on-the-wire/shared/page/serve-page.ts';
import { serveRate } from '@on-the-wire/shared/page/serve-rate.ts';
import { isStaff, signIn } from '@on-the-wire/shared/page/staff.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import { onlyWebSockets } from '@on-the-wire/shared/page/upgrade.ts';
import express from 'express';
import { watchAllowance } from './allowance.ts';
import { createSockets, endIn, letIn, readQuery } from './handshake.ts';
import { listenTo } from './messages.ts';
import { createOutbox } from './outbox.ts';
import { permissionOf } from './permission.ts';
import { watchPulse } from './pulse.ts';
import { createTickets } from './tickets.ts';
import { createTracks } from './tracks.ts';

const defaults = {
  origins: localOrigins(4001), // of pages that may open a WebSocket here
  ping: 15_000, // ms between two pings
  valid: 10_000, // ms that a ticket is good for
  permission: 20_000, // ms that the permission lasts which it gives
  grace: 15_000, // ms from the end of a permission to the close frame
  most: 500, // messages of a client in a second
  largest: 4_096, // bytes of one message
  buffer: 262_144, // bytes that may wait for a slow reader
  deflate: false, // whether messages are compressed: RFC 7692
  drain: 0, // ms over which closing ends the connections, one after another
};
type Options = typeof defaults & { feed: ReturnType<typeof createFeed> };

export function createServer(options: Partial<Options> = {}): Lesson {
  const { feed = createFeed(), ...given } = options;
  const settings = { ...defaults, ...given };
  const drain = createDrain(settings.drain);
  const tracks = createTracks();
  const tickets = createTickets(settings);
  const app = express().use(drain.admit); // nothing new while it drains

  // The page, the board and the switch for its rate: as in every lesson.
  app.use(servePage(new URL('page/', import.meta.url)), serveRate(feed));
  app.post('/sign-in', signIn).post('/ticket', tickets.give).use(tellErrors);
  const server = createHttpServer(onlyWebSockets, app);
  const sockets = createSockets(settings.largest, settings.deflate);

  // It begins as an HTTP request, and is refused as one. Then come frames.
  server.on('upgrade', letIn(sockets, tickets, settings.origins, drain));

  sockets.on('connection', (client, request) => {
    const { send, place } = createOutbox(client, settings.buffer);

    // First words. Cookie and ticket came with the handshake, never again.
    const { after, ticket } = readQuery(request);
    const staff = isStaff(request) || ticket !== null;
    send({ kind: 'hello', staff, rate: feed.rate });
    const permission = permissionOf(ticket, { client, tickets, send });

    // A client that reconnects names its last id, and gets all that followed.
    const missed = feed.after(after) ?? [feed.snapshot()];
    missed.forEach(send);
    tracks.places().forEach((bytes, train) => place(train, bytes));

    // From here on both send when they like: updates as text, places as bytes.
    const show = (train: number, bytes: Uint8Array, by: unknown) =>
      by === client || place(train, bytes);
    feed.on('update', send);
    tracks.on('place', show);
    watchAllowance(client, settings.most);
    listenTo(client, tracks, { feed, staff, permission, send });

    // A client that is gone without a close frame is noticed.
    watchPulse(client, settings.ping);
    endIn(drain, client); // 1001, when it is its turn
    client.on('close', () => feed.off('update', send));
    client.on('close', () => tracks.off('place', show));
  });

  // Going away: let nobody in, tell every client, end what HTTP has left.
  return { server, close: () => drain.close(server, feed) };
}

// Started by itself: listen on this machine only, and close when told to end.
if (import.meta.main) {
  const { PORT = '4001', ORIGINS, SEED, RATE } = process.env;
  const origins = readOrigins(ORIGINS) ?? localOrigins(PORT);
  const feed = takeOver({ seed: SEED, rate: RATE });
  const lesson = createServer({ feed, origins, drain: drainMs() });
  lesson.server.listen(Number(PORT), '127.0.0.1');
  endOnSignal(lesson, feed); // SIGTERM, or Ctrl+C
}
