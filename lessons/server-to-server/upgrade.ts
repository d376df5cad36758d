/**
 * Which upgrades a server takes (RFC 9110, 7.8). Names of protocols have no
 * case. An upgrade to anything else is passed over, and the request answered
 * as if it had asked for none: `curl --http2` and Java's client ask for h2c.
 */
import type { IncomingMessage } from 'node:http';

/** For `createServer` of node:http. */
export const onlyWebSocket = {
  shouldUpgradeCallback: ({ headers }: IncomingMessage) =>
    headers.upgrade?.toLowerCase() === 'websocket',
};
