/**
 * How much one connection may demand of us: RFC 9113, 10.5. Streams cost a
 * client little, so it can do more harm on one connection than on six.
 */
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2';
import type { Request } from '@on-the-wire/shared/page/exchange.ts';
import { sendGoaway } from './goaway.ts';

export const limits = {
  // Streams at the same time. Without it Node allows four billion.
  settings: {
    maxConcurrentStreams: 128,
    maxHeaderListSize: 16_384, // bytes, once unpacked
    enableConnectProtocol: true, // WebSocket in a stream: RFC 8441
  },

  // Header bombs: a few bytes that unpack to many headers.
  maxHeaderListPairs: 100,

  // Rapid reset (CVE-2023-44487): open and cancel, again and again. A page
  // that is closed may cancel 200 streams at once; after that 20 a second.
  streamResetBurst: 200,
  streamResetRate: 20,
};

/**
 * Whether a request's header list is larger than we have announced: 431, as in
 * RFC 6585, 5. Node only announces it. (For HTTP/1.1 it has its own limit.)
 */
export function isTooLarge(request: Request) {
  if (!('stream' in request)) return false;
  return sizeOf(request.rawHeaders) > limits.settings.maxHeaderListSize;
}

/** Names and values, and 32 bytes for each field: RFC 9113, 6.5.2. */
function sizeOf(rawHeaders: string[]) {
  const sum = rawHeaders.reduce((bytes, text) => bytes + text.length, 0);
  return sum + 32 * (rawHeaders.length / 2);
}

/** Sends GOAWAY on a connection without traffic for so many ms. */
export function endIdle(server: Http2SecureServer, idle: number) {
  server.on('session', (session: ServerHttp2Session) => {
    session.setTimeout(idle, () => sendGoaway(session, idle));
  });

  // A client that breaks the protocol has lost its connection by now. No
  // other client has lost anything.
  server.on('sessionError', () => {});
}
