// Wrong: says goodbye with a close frame to a dead peer and waits.
// Told: A dead client is told goodbye, and waited for

import type { WebSocket as Client } from 'ws';

export { watchServer } from '../solution.ts';

/** The server's side: pings each so many ms. */
export function watchPulse(client: Client, pause: number) {
  let isAlive = true;
  client.on('pong', () => (isAlive = true));
  const timer = setInterval(() => {
    if (!isAlive) return client.close(1001);
    isAlive = false;
    client.ping();
  }, pause);
  client.on('close', () => clearInterval(timer));
}
