/**
 * Whether somebody is still there: ping and pong. RFC 6455, 5.5.2.
 *
 * A cable that was pulled sends no close frame. TCP notices only when it has
 * something to send and nobody acknowledges it: after many minutes.
 */
import type { WebSocket } from 'ws';

/**
 * Pings a client regularly, and terminates it if its pong has not come by the
 * next ping.
 *
 * @param intervalMs between two pings
 */
export function watchPulse(client: WebSocket, intervalMs: number) {
  let isAlive = true;
  client.on('pong', () => (isAlive = true));
  const timer = setInterval(() => {
    // Not close(): it would wait for a close frame that nobody sends.
    if (!isAlive) return client.terminate();
    isAlive = false;
    client.ping();
  }, intervalMs);
  client.on('close', () => clearInterval(timer));
}
