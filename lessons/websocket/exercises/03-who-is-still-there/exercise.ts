/**
 * Whether the other side is still there, on both sides: RFC 6455, 5.5.2.
 * Broken on purpose: see README.md.
 */
import type { WebSocket as Client } from 'ws';

/** The server's side: pings every `intervalMs`. */
export function watchPulse(client: Client, intervalMs: number) {
  // TODO: terminate a client without a pong, and stop when it has left.
  setInterval(() => client.ping(), intervalMs);
}

/** When a page sends heartbeats, and what it calls. */
export interface HeartbeatOptions {
  /** ms between two heartbeats. */
  intervalMs: number;
  /** How many ms to wait for a message after each heartbeat. */
  timeoutMs: number;
  /** Called once, as soon as no message has come in time. */
  lost: () => void;
}

/** The page's side: sends heartbeats. The socket is open. */
export function watchServer(socket: WebSocket, options: HeartbeatOptions) {
  const { intervalMs } = options;
  // TODO: notice when nothing comes, and stop when it has closed.
  setInterval(() => socket.send('{"kind":"ping"}'), intervalMs);
}
