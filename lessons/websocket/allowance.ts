/**
 * How much one client may send: what HTTP says with the status code 429 and the
 * field Retry-After (RFC 6585, 4, too many requests; RFC 9110, 10.2.3).
 *
 * After a handshake there are no status codes, and of one that is refused the
 * page gets only 1006. So the code is one of our own, and the time to stay away
 * is in the close frame's reason.
 */
import type { WebSocket } from 'ws';

/** Codes from 4000 to 4999 are for private use: RFC 6455, 7.4.2. */
export const tooMany = 4029;

const windowMs = 1_000; // of time in which messages are counted
const retryAfter = 5; // s that a client has to stay away

/**
 * Closes a client that sends more than it may.
 *
 * @param most messages in a second
 */
export function watchAllowance(client: WebSocket, most: number) {
  let start = performance.now();
  let count = 0;
  client.on('message', () => {
    const now = performance.now();
    if (now - start >= windowMs) [start, count] = [now, 0];
    count += 1;
    if (count > most) client.close(tooMany, `Retry-After: ${retryAfter}`);
  });
}
