/**
 * The lesson's server, put together from its four exercises. `pnpm exercise
 * --mine websocket` runs it with your files in place of each `solution.ts`.
 * Left out: the tracks, tickets and compression.
 */
import { EventEmitter } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
} from 'node:http';
import { Duplex } from 'node:stream';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { servePage } from '@on-the-wire/shared/page/serve-page.ts';
import { serveRate } from '@on-the-wire/shared/page/serve-rate.ts';
import { isStaff, signIn } from '@on-the-wire/shared/page/staff.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import express from 'express';
import type { WebSocket as Client } from 'ws';
import { encodeFrame, opcodes } from '../../frame.ts';
import { obey } from '../../messages.ts';
import { answer } from '../01-answer-the-handshake/solution.ts';
import { createReader } from '../02-frames-however-they-are-cut/solution.ts';
import { watchPulse } from '../03-who-is-still-there/solution.ts';

const defaults = {
  ping: 15_000, // ms between two pings
  buffer: 262_144, // bytes that a slow reader may leave lying here
};
type Options = typeof defaults & { feed: ReturnType<typeof createFeed> };

/** What of the exercises is in the page: it asks for it by these names. */
const inPage = [
  '03-who-is-still-there/solution.ts',
  '04-come-back-not-all-at-once/solution.ts',
];

export function createServer(options: Partial<Options> = {}): Lesson {
  const { feed = createFeed(), ...numbers } = options;
  const { ping, buffer } = { ...defaults, ...numbers };
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
  app.post('/sign-in', signIn);
  app.use(tellErrors);
  const server = createHttpServer(app);

  const sockets = new Set<Duplex>();
  const done = new Set<string>(); // what was said, by its id

  // Exercise 1 says who comes in. What it echoes afterwards goes nowhere.
  server.on('upgrade', (request, socket, head) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    const enter = () => welcome(request, socket, head);
    answer({ request, socket: door(socket, enter), head });
  });

  function welcome(request: IncomingMessage, socket: Duplex, head: Buffer) {
    const send = (opcode: number, payload: Uint8Array) => {
      socket.write(encodeFrame({ final: true, opcode, payload }));
      if (socket.writableLength > buffer) socket.destroy();
    };
    const say = (message: object) =>
      send(opcodes.text, Buffer.from(JSON.stringify(message)));

    const staff = isStaff(request);
    say({ kind: 'hello', staff, rate: feed.rate });
    const { searchParams } = new URL(request.url!, 'ws://board');
    const after = searchParams.get('after') ?? '';
    for (const news of feed.after(after) ?? [feed.snapshot()]) say(news);
    feed.on('update', say);
    socket.on('close', () => feed.off('update', say));

    // Exercise 3 knows a client of `ws`, and needs this much of it.
    const client = Object.assign(new EventEmitter(), {
      ping: () => send(opcodes.ping, Buffer.alloc(0)),
      terminate: () => socket.destroy(),
    });
    socket.on('close', () => client.emit('close'));
    watchPulse(client as unknown as Client, ping);

    // Exercise 2 makes messages of reads. What has an id is done once.
    const read = createReader({
      hear(message) {
        try {
          const { id, text } = JSON.parse(String(message)) as Said;
          if (!id) return obey(String(message), { feed, staff, say });
          if (!done.has(id)) obey(text, { feed, staff, say });
          done.add(id);
          return say({ kind: 'done', ack: id });
        } catch (error) {
          return say({ kind: 'error', message: (error as Error).message });
        }
      },
      control(opcode, payload) {
        if (opcode === opcodes.ping) send(opcodes.pong, payload);
        if (opcode === opcodes.pong) client.emit('pong', payload);
        if (opcode !== opcodes.close) return;
        send(opcode, payload);
        socket.end();
      },
    });
    if (head.length > 0) read(head);
    socket.on('data', read);
  }

  const close = async () => {
    feed.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed).closeAllConnections());
  };
  return { server, close };
}

interface Said {
  id?: string;
  text: string;
}

/** What exercise 1 answers on. After its 101 the connection is ours. */
function door(socket: Duplex, enter: () => void): Duplex {
  let head = '';
  let isOpen = false;
  return new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, written) {
      if (!isOpen) {
        socket.write(bytes);
        head += bytes.toString('latin1');
        isOpen = /^HTTP\/1\.1 101 [^]*\r\n\r\n/.test(head);
        if (isOpen) enter();
      }
      written();
    },
    final(ended) {
      if (!isOpen) socket.end();
      ended();
    },
    destroy(error, destroyed) {
      if (!isOpen) socket.destroy();
      destroyed(error);
    },
  });
}

if (import.meta.main) {
  const { PORT = '4001', SEED, RATE } = process.env;
  const feed = createFeed({ seed: SEED, rate: RATE });
  createServer({ feed }).server.listen(Number(PORT), '127.0.0.1');
}
