/**
 * The station's loudspeaker: one announcement after the other. Each must be
 * spoken once: nobody can take back what was spoken.
 */
import type { Feed } from '@on-the-wire/shared/board/feed.ts';
import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { Deadline } from './deadline.ts';

/** @param ms how long it speaks */
export function createLoudspeaker(feed: Feed, ms: number) {
  let turn: Promise<unknown> = Promise.resolve();
  const counts = { spoken: 0 };

  /**
   * Waits for its turn, and speaks.
   *
   * @returns the id that the announcement got; undefined if its deadline had
   *   passed by then, and it was not spoken
   * @throws when the text cannot be announced
   */
  async function speak(text: unknown, deadline?: Deadline) {
    const spoken = turn.then(async () => {
      if (deadline?.left === 0) return undefined;
      if (ms > 0) await pause(ms);
      const { id } = feed.announce(text);
      counts.spoken += 1;
      return id;
    });
    turn = spoken.catch(() => {});
    return spoken;
  }
  return { speak, counts };
}

/** Sends each announcement to all who are connected by WebSocket. */
export function relaySpeech(server: Server, feed: Feed) {
  const sockets = new WebSocketServer({ server, path: '/loudspeaker' });
  // `ws` closes a client that breaks the protocol. It ends nobody else.
  sockets.on('connection', (client) => client.on('error', () => {}));
  feed.on('update', ({ kind, data }) => {
    if (kind !== 'announcement') return;
    for (const client of sockets.clients) client.send(JSON.stringify(data));
  });
  return sockets;
}
