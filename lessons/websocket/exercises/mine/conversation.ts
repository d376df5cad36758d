/** What is sent on a connection that the first exercise has accepted. */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Feed } from '@on-the-wire/shared/board/feed.ts';
import { isStaff } from '@on-the-wire/shared/page/staff.ts';
import type { WebSocket as Client } from 'ws';
import { encodeFrame, opcodes } from '../../frame.ts';
import { receive } from '../../messages.ts';
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
  /** The ids of messages that were carried out. */
  done: Set<string>;
}

/** Sends the news, reads messages, and watches whether the client is there. */
export function converse(
  { request, socket, head }: Guest,
  { feed, ping, buffer, done }: House,
) {
  const sendFrame = (opcode: number, payload: Uint8Array) => {
    socket.write(encodeFrame({ final: true, opcode, payload }));
    if (socket.writableLength > buffer) socket.destroy();
  };
  const send = (message: object) =>
    sendFrame(opcodes.text, Buffer.from(JSON.stringify(message)));

  const staff = isStaff(request);
  send({ kind: 'hello', staff, rate: feed.rate });
  const { searchParams } = new URL(request.url!, 'ws://board');
  const after = searchParams.get('after') ?? '';
  for (const news of feed.after(after) ?? [feed.snapshot()]) send(news);
  feed.on('update', send);
  socket.on('close', () => feed.off('update', send));

  // Exercise 3 knows a client of `ws`, and needs this much of it.
  const client = Object.assign(new EventEmitter(), {
    ping: () => sendFrame(opcodes.ping, Buffer.alloc(0)),
    terminate: () => socket.destroy(),
  });
  socket.on('close', () => client.emit('close'));
  watchPulse(client as unknown as Client, ping);

  // Exercise 2 makes messages of reads. A message with an id is done once.
  const read = createReader({
    hear(message) {
      const { id, text } = idOf(String(message));
      const ack = id === undefined ? {} : { ack: id };
      try {
        if (id === undefined || !done.has(id))
          receive(text, { feed, staff, send });
        if (id === undefined) return undefined;
        done.add(id);
        return send({ kind: 'done', ...ack });
      } catch (error) {
        // A refusal is an ack, too: sent again, it would be refused again.
        const { message: why } = error as Error;
        return send({ kind: 'error', message: why, ...ack });
      }
    },
    control(opcode, payload) {
      if (opcode === opcodes.ping) sendFrame(opcodes.pong, payload);
      if (opcode === opcodes.pong) client.emit('pong', payload);
      if (opcode !== opcodes.close) return;
      sendFrame(opcode, payload);
      socket.end();
    },
  });
  if (head.length > 0) read(head);
  socket.on('data', read);
}

/** The fourth exercise adds an id to its messages; others may have none. */
function idOf(message: string): { id?: string; text: string } {
  try {
    const { id, text } = JSON.parse(message) as Record<string, unknown>;
    if (typeof id === 'string' && typeof text === 'string') return { id, text };
  } catch {
    // It is refused like any message that makes no sense.
  }
  return { text: message };
}
