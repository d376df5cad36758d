import { ServerResponse, type IncomingMessage } from 'node:http';

/**
 * Whether a request is a WebSocket handshake (RFC 6455, 4.1);
 * `shouldUpgradeCallback` for `node:http`. With any other `Upgrade` it is served
 * as if it had none, as RFC 9110, 7.8 allows: `curl --http2` and Java's client
 * offer `h2c` every time.
 * The field is a list, and the names in it are the same in any case.
 */
export function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return /(?:^|,)[ \t]*websocket[ \t]*(?:,|$)/i.test(headers.upgrade ?? '');
}

/**
 * The response to a request whose `Upgrade` was ignored is the last on its
 * connection. Node drops what came in the same read behind such a request, so
 * the next read may begin in the middle of another one, in its body for example.
 */
export class LastAfterUpgrade extends ServerResponse {
  // Node gives it more than its types say.
  constructor(...given: [request: IncomingMessage]) {
    super(...given);
    if (given[0].headers.upgrade !== undefined)
      this.setHeader('Connection', 'close');
  }
}

/** Options of a server of `node:http` that upgrades to WebSocket alone. */
export const onlyWebSockets = {
  shouldUpgradeCallback: wantsWebSocket,
  ServerResponse: LastAfterUpgrade,
};
