// Wrong: never marks the pong.
// Told: A client that answers is cut off

import type { WebSocket as Client } from 'ws';

export { watchServer } from '../solution.ts';

/** The server's side: pings each so many ms. */
export function watchPulse(client: Client, pause: number) {
  let isAlive = true;
  const timer = setInterval(() => {
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
  }, pause);
  client.on('close', () => clearInterval(timer));
}
