// Wrong: trusts `readyState`.
// Told: Nobody notices that a client is dead

import type { WebSocket as Client } from 'ws';

export { watchServer } from '../solution.ts';

/** The server's side: pings each so many ms. */
export function watchPulse(client: Client, pause: number) {
  const timer = setInterval(() => {
    if (client.readyState !== client.OPEN) return client.terminate();
    client.ping();
  }, pause);
  client.on('close', () => clearInterval(timer));
}
