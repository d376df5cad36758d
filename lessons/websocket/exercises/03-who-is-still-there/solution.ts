/**
 * Whether the other side is still there, on both sides: RFC 6455, 5.5.2.
 */
import type { WebSocket as Client } from 'ws';

/** The server's side: pings every `intervalMs`. */
export function watchPulse(client: Client, intervalMs: number) {
  let isAlive = true;
  // Why this line: without it every client is dead at the second ping.
  client.on('pong', () => (isAlive = true));
  const timer = setInterval(() => {
    // Why not close(): it would wait for a close frame that nobody sends.
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
  }, intervalMs);
  // Why: a timer keeps all that it refers to in memory, here the client.
  client.on('close', () => clearInterval(timer));
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
export function watchServer(
  socket: WebSocket,
  { intervalMs, timeoutMs, lost }: HeartbeatOptions,
) {
  let timeout: ReturnType<typeof setTimeout> | undefined;

  const interval = setInterval(() => {
    socket.send('{"kind":"ping"}');
    // Why only where none runs: a timeout that every heartbeat starts again
    // never ends, if it is longer than the interval.
    timeout ??= setTimeout(giveUp, timeoutMs);
  }, intervalMs);

  // Why any message: an update proves as well as a pong that messages arrive.
  function hear() {
    clearTimeout(timeout);
    timeout = undefined;
  }

  // Why before the close event: that waits for a close frame, which a dead
  // connection does not bring.
  function giveUp() {
    stop();
    lost();
    socket.close();
  }

  function stop() {
    clearInterval(interval);
    clearTimeout(timeout);
  }

  socket.addEventListener('message', hear);
  socket.addEventListener('close', stop);
}
