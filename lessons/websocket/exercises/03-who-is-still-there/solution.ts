/**
 * Whether somebody is still there, asked by both sides: RFC 6455, 5.5.2.
 */
import type { WebSocket as Client } from 'ws';

/** The server's side: pings each so many ms. */
export function watchPulse(client: Client, pause: number) {
  let isAlive = true;
  // Why this line: without it everybody is dead at the second ping.
  client.on('pong', () => (isAlive = true));
  const timer = setInterval(() => {
    // Why not close(): a goodbye would wait for an answer that nobody gives.
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
  }, pause);
  // Why: a timer keeps all that it knows in memory, the client first of all.
  client.on('close', () => clearInterval(timer));
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
export function watchServer(
  socket: WebSocket,
  { pause, patience, lost }: Wishes,
) {
  let timer = setTimeout(ask, pause);
  let isAlive = true;

  // Why any message: an update shows as well as a pong that it came through.
  const hear = () => (isAlive = true);

  function ask() {
    isAlive = false;
    socket.send('{"kind":"ping"}');
    timer = setTimeout(look, patience);
  }

  function look() {
    if (isAlive) {
      timer = setTimeout(ask, pause);
      return;
    }
    // Why told before it has closed: that waits for a goodbye, and the other
    // side, or the line, has none to give.
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
