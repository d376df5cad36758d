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
import {
  converse as converseWithPermission,
  type Permission,
} from '../05-permission-that-expires/solution.ts';

interface Guest {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  /** Of whoever came in with a ticket. */
  permission: Permission | undefined;
}

interface House {
  feed: Feed;
  ping: number;
  buffer: number;
  /** ms from the end of a permission to the close frame. */
  grace: number;
  take(ticket: unknown): Permission | undefined;
  /** The ids of messages that were carried out. */
  done: Set<string>;
}

const isOpen = 1; // readyState of a WebSocket

/** Sends the news, reads messages, and watches whether the client is there. */
export function converse(
  { request, socket, head, permission }: Guest,
  { feed, ping, buffer, grace: graceMs, take, done }: House,
) {
  const sendFrame = (opcode: number, payload: Uint8Array) => {
    socket.write(encodeFrame({ final: true, opcode, payload }));
    if (socket.writableLength > buffer) socket.destroy();
  };
  const send = (message: object) =>
    sendFrame(opcodes.text, Buffer.from(JSON.stringify(message)));

  const staff = isStaff(request) || permission !== undefined;
  send({ kind: 'hello', staff, rate: feed.rate });
  const { searchParams } = new URL(request.url!, 'ws://board');
  const after = searchParams.get('after') ?? '';
  for (const news of feed.after(after) ?? [feed.snapshot()]) send(news);
  feed.on('update', send);
  socket.on('close', () => feed.off('update', send));

  // To what is being heard: with its id, a response is an ack, too.
  let ack: { ack?: string } = {};
  let hasResponse = false;
  function respond(message: object) {
    hasResponse = true;
    send({ ...message, ...ack });
  }

  // Exercises 3 and 5 know a client of `ws`, and need this much of it.
  const client = Object.assign(new EventEmitter(), {
    OPEN: isOpen,
    readyState: isOpen,
    ping: () => sendFrame(opcodes.ping, Buffer.alloc(0)),
    terminate: () => socket.destroy(),
    send: (text: string) => respond(JSON.parse(text) as object),
    close(code: number, reason = '') {
      if (client.readyState !== isOpen) return;
      client.readyState += 1;
      const codeBytes = Buffer.of(code >> 8, code & 0xff);
      sendFrame(opcodes.close, Buffer.concat([codeBytes, Buffer.from(reason)]));
      socket.end();
    },
  });
  socket.on('close', () => client.emit('close'));
  watchPulse(client as unknown as Client, ping);
  const carryOut = (text: string) =>
    receive(text, { feed, staff, send: respond });
  // A cookie gives staff no permission that expires.
  if (permission)
    converseWithPermission(client as unknown as Client, {
      permission,
      graceMs,
      take,
      carryOut: (message) => carryOut(JSON.stringify(message)),
    });

  // Exercise 2 makes messages of reads. A message with an id is done once.
  const read = createReader({
    hear(message) {
      const { id, text } = idOf(String(message));
      ack = id === undefined ? {} : { ack: id };
      hasResponse = false;
      try {
        if (id !== undefined && done.has(id)) respond({ kind: 'done' });
        else if (permission) client.emit('message', Buffer.from(text), false);
        else carryOut(text);
        if (id !== undefined && !hasResponse) {
          done.add(id);
          respond({ kind: 'done' });
        }
      } catch (error) {
        // A refusal is an ack, too: sent again, it would be refused again.
        respond({ kind: 'error', message: (error as Error).message });
      }
      ack = {};
    },
    control(opcode, payload) {
      if (opcode === opcodes.ping) sendFrame(opcodes.pong, payload);
      if (opcode === opcodes.pong) client.emit('pong', payload);
      if (opcode !== opcodes.close || client.readyState !== isOpen) return;
      client.readyState += 1;
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
