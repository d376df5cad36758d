// Wrong: leaves the timer running.
// Told: The timer of a client that has left goes on

import type { WebSocket as Client } from 'ws';

export { watchServer } from '../solution.ts';

/** The server's side: pings each so many ms. */
export function watchPulse(client: Client, pause: number) {
  let isAlive = true;
  client.on('pong', () => (isAlive = true));
  setInterval(() => {
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
  }, pause);
}
