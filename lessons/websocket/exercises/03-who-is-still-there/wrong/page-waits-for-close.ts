// Wrong: the page closes, and tells when the close has come.
// Told: The page says goodbye to a dead line, and waits

import type { WebSocket as Client } from 'ws';

/** The server's side: pings each so many ms. */
export function watchPulse(client: Client, pause: number) {
  let isAlive = true;
  client.on('pong', () => (isAlive = true));
  const timer = setInterval(() => {
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
  }, pause);
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
    stop();
    socket.addEventListener('close', lost);
    socket.close();
  }

  function stop() {
    clearTimeout(timer);
    socket.removeEventListener('message', hear);
  }

  socket.addEventListener('message', hear);
  socket.addEventListener('close', stop);
}
