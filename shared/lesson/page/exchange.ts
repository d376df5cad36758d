/**
 * A request and its response, as the handlers here take them: Express and
 * `node:http` have the one kind, the compatibility API of `node:http2` the
 * other, for HTTP/1.1 as well.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

/** What a handler reads. */
export type Request = IncomingMessage | Http2ServerRequest;
/** What a handler writes. */
export type Response = ServerResponse | Http2ServerResponse;
/** Takes what a handler does not respond to, or the error that it met. */
export type Next = (error?: unknown) => void;

/**
 * Whether a response is over, because it was sent or its client is gone. It
 * emits `close` once: who comes afterwards would wait for that in vain.
 */
export function isClosed(response: Response): boolean {
  return 'stream' in response ? response.stream.closed : response.closed;
}
