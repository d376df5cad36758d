/**
 * Whether somebody is still there: ping and pong. RFC 6455, section 5.5.2.
 *
 * A cable that was pulled sends no goodbye. TCP notices when it has something
 * to send and nobody confirms it: after many minutes.
 */
import type { WebSocket } from 'ws';

/** Pings each so many ms; who has not answered by the next ping is cut off. */
export function watchPulse(client: WebSocket, pause: number) {
  let isAlive = true;
  client.on('pong', () => (isAlive = true));
  const timer = setInterval(() => {
    // Not close(): a goodbye would wait for an answer that nobody gives.
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
  }, pause);
  client.on('close', () => clearInterval(timer));
}
