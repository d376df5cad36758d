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
  let timer = setTimeout(ask, intervalMs);
  let isAlive = true;

  // Why any message: an update proves as well as a pong that messages arrive.
  const hear = () => (isAlive = true);

  function ask() {
    isAlive = false;
    socket.send('{"kind":"ping"}');
    timer = setTimeout(look, timeoutMs);
  }

  function look() {
    if (isAlive) {
      timer = setTimeout(ask, intervalMs);
      return;
    }
    // Why before the close event: that waits for a close frame, which a dead
    // connection does not bring.
    stop();
    lost();
    socket.close();
  }

  function stop() {
    clearTimeout(timer);
    socket.removeEventListener('message', hear);
  }

  socket.addEventListener('message', hear);
  socket.addEventListener('close', stop);
}
