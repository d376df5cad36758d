/**
 * The lesson's server, put together from its five exercises. `pnpm exercise
 * --mine websocket` runs it with your files in place of each `solution.ts`.
 * Left out: the tracks and compression.
 */
import { createServer as createHttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { localOrigins, readOrigins } from '@on-the-wire/shared/page/origins.ts';
import { servePage } from '@on-the-wire/shared/page/serve-page.ts';
import { serveRate } from '@on-the-wire/shared/page/serve-rate.ts';
import { signIn } from '@on-the-wire/shared/page/staff.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import { onlyWebSockets } from '@on-the-wire/shared/page/upgrade.ts';
import express from 'express';
import { readQuery } from '../../handshake.ts';
import { createTickets } from '../../tickets.ts';
import * as first from '../01-answer-the-handshake/solution.ts';
import { converse } from './conversation.ts';
import { door } from './door.ts';

/** A learner's file may still call it by the name of an early build. */
interface Mine {
  respond?: typeof first.respond;
  answer?: typeof first.respond;
}
const mine: Mine = first;
const { respond = mine.answer } = mine;
if (!respond) {
  const file = fileURLToPath(
    import.meta.resolve('../01-answer-the-handshake/solution.ts'),
  );
  throw new Error(`${file} exports no function respond`);
}
const decide = respond;

const defaults = {
  origins: localOrigins(4001), // of pages that may open a WebSocket here
  ping: 15_000, // ms between two pings
  buffer: 262_144, // bytes that may wait for a slow reader
  valid: 10_000, // ms that a ticket is good for
  permission: 20_000, // ms that the permission lasts which it gives
  grace: 10_000, // ms from the end of a permission to the close frame
};
type Options = typeof defaults & { feed: ReturnType<typeof createFeed> };

/** What the page imports of the exercises, by these names. */
const inPage = [
  '03-who-is-still-there/solution.ts',
  '04-come-back-not-all-at-once/solution.ts',
];

export function createServer(options: Partial<Options> = {}): Lesson {
  const { feed = createFeed(), ...given } = options;
  const settings = { ...defaults, ...given };
  const { origins, permission: ms } = settings;
  const tickets = createTickets(settings);
  // Here, as in the lesson, everybody gets a ticket: for the same user.
  const take = (ticket: unknown) =>
    tickets.take(String(ticket)) ? { user: 'staff', ms } : undefined;
  const app = express();

  // Exercises 3 and 4 are in the page: it gets your files, or ours.
  for (const name of inPage) {
    const file = import.meta.resolve(`../${name}`);
    const folder = servePage(new URL('.', file));
    app.use((request, response, next) => {
      if (request.path !== `/${name}`) return next();
      request.url = `/${file.split('/').at(-1)}`;
      return folder(request, response, next);
    });
  }
  app.use(servePage(new URL('page/', import.meta.url)));
  app.use(servePage(new URL('../../page/', import.meta.url)), serveRate(feed));
  app.post('/sign-in', signIn).post('/ticket', tickets.give).use(tellErrors);
  const server = createHttpServer(onlyWebSockets, app);

  const sockets = new Set<Duplex>();
  const done = new Set<string>(); // ids of what was carried out

  // Exercise 1 decides who is connected. What it echoes afterwards goes nowhere.
  server.on('upgrade', (request, socket, head) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    const { ticket } = readQuery(request);
    const permission = ticket === null ? undefined : take(ticket);
    if (ticket !== null && !permission)
      return socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
    const guest = { request, socket, head, permission };
    const enter = () => converse(guest, { feed, ...settings, take, done });
    decide({ request, socket: door(socket, enter), head, origins });
  });

  const close = async () => {
    feed.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed).closeAllConnections());
  };
  return { server, close };
}

if (import.meta.main) {
  const { PORT = '4001', ORIGINS, SEED, RATE } = process.env;
  const origins = readOrigins(ORIGINS) ?? localOrigins(PORT);
  const feed = createFeed({ seed: SEED, rate: RATE });
  createServer({ feed, origins }).server.listen(Number(PORT), '127.0.0.1');
}
