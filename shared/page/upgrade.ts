import type { IncomingMessage } from 'node:http';

/**
 * Whether a request asks to become a WebSocket; `shouldUpgradeCallback` for
 * `node:http`. With any other `Upgrade` it is answered as if it had none, as
 * RFC 9110, 7.8 allows: `curl --http2` and Java's client offer `h2c` each time.
 * The field is a list, and the names in it are the same in any case.
 */
export function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return /(?:^|,)[ \t]*websocket[ \t]*(?:,|$)/i.test(headers.upgrade ?? '');
}
