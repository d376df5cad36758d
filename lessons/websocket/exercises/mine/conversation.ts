/** What is said on a connection that the first exercise has let in. */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Feed } from '@on-the-wire/shared/board/feed.ts';
import { isStaff } from '@on-the-wire/shared/page/staff.ts';
import type { WebSocket as Client } from 'ws';
import { encodeFrame, opcodes } from '../../frame.ts';
import { obey } from '../../messages.ts';
import { createReader } from '../02-frames-however-they-are-cut/solution.ts';
import { watchPulse } from '../03-who-is-still-there/solution.ts';

interface Guest {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

interface House {
  feed: Feed;
  ping: number;
  buffer: number;
  /** What was said and done, by its id. */
  done: Set<string>;
}

/** Tells the news, hears what is said, and looks after who is still there. */
export function converse(
  { request, socket, head }: Guest,
  { feed, ping, buffer, done }: House,
) {
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
      const { id, text } = idOf(String(message));
      const answered = id === undefined ? {} : { ack: id };
      try {
        if (id === undefined || !done.has(id)) obey(text, { feed, staff, say });
        if (id === undefined) return undefined;
        done.add(id);
        return say({ kind: 'done', ...answered });
      } catch (error) {
        // Refused is answered, too: said again it would be refused again.
        const { message: why } = error as Error;
        return say({ kind: 'error', message: why, ...answered });
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

/** The fourth exercise wraps what it says; anybody may say it bare. */
function idOf(message: string): { id?: string; text: string } {
  try {
    const { id, text } = JSON.parse(message) as Record<string, unknown>;
    if (typeof id === 'string' && typeof text === 'string') return { id, text };
  } catch {
    // It is refused as any other that makes no sense.
  }
  return { text: message };
}
