/**
 * Whether somebody is still there, asked by both sides: RFC 6455, 5.5.2.
 * Broken on purpose: see README.md.
 */
import type { WebSocket as Client } from 'ws';

/** The server's side: pings each so many ms. */
export function watchPulse(client: Client, pause: number) {
  // TODO: cut off who does not answer, and stop when it has left.
  setInterval(() => client.ping(), pause);
}

/** How a page asks, and whom it tells. */
export interface Wishes {
  /** ms between two questions. */
  pause: number;
  /** ms that an answer may take. */
  patience: number;
  /** Called once, as soon as nobody has answered in time. */
  lost: () => void;
}

/** The page's side: asks in words. The socket is open. */
export function watchServer(socket: WebSocket, wishes: Wishes) {
  const { pause } = wishes;
  // TODO: notice when no answer comes, and stop when it has closed.
  setInterval(() => socket.send('{"kind":"ping"}'), pause);
}
