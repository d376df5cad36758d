/**
 * The station's loudspeaker: one announcement after the other. It is what must
 * happen once: nobody can unsay what was said.
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
   * @returns the id that the announcement got; undefined when by then nobody
   *   waited for it any more, and it was not spoken
   * @throws when it cannot be said
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

/** Who is connected by WebSocket gets what is said, as it is said. */
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
