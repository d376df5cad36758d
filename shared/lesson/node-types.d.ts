/**
 * What @types/node 26 has left out: to a server each stream is its own side of
 * one, which can `respond`. Goes when `pnpm check` passes without it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  Http2ServerRequest,
  Http2ServerResponse,
  ServerHttp2SessionEventMap,
} from 'node:http2';

declare module 'node:http2' {
  interface Http2ServerEventMap<
    Http1Request extends typeof IncomingMessage = typeof IncomingMessage,
    Http1Response extends typeof ServerResponse<InstanceType<Http1Request>> =
      typeof ServerResponse,
    Http2Request extends typeof Http2ServerRequest = typeof Http2ServerRequest,
    Http2Response extends typeof Http2ServerResponse<
      InstanceType<Http2Request>
    > = typeof Http2ServerResponse,
  > {
    stream: ServerHttp2SessionEventMap<
      Http1Request,
      Http1Response,
      Http2Request,
      Http2Response
    >['stream'];
  }
}
