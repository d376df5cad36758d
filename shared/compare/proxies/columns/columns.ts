/** All columns, in the order in which they are shown. */
import type { ProxyColumn } from '../column.ts';
import { diesInHeaders, refused, silent } from './failures.ts';
import {
  cutInChunks,
  cutUntilClosed,
  cutWithLength,
  earlyHints,
  trailers,
} from './responses.ts';
import { seenForwarded, seenHost, seenOwn, seenVersion } from './seen.ts';
import {
  firstEvent,
  goneInSilence,
  goneWithEvents,
  idleTimeout,
} from './streams.ts';
import {
  earlyResponse,
  uploadOfKnownLength,
  uploadOfUnknownLength,
} from './uploads.ts';
import {
  extendedConnect,
  webSocketHandshake,
  webSocketIdle,
} from './websockets.ts';

export const proxyColumns: readonly ProxyColumn[] = [
  firstEvent,
  idleTimeout,
  goneWithEvents,
  goneInSilence,
  webSocketHandshake,
  webSocketIdle,
  extendedConnect,
  uploadOfKnownLength,
  uploadOfUnknownLength,
  earlyResponse,
  earlyHints,
  trailers,
  refused,
  silent,
  diesInHeaders,
  cutInChunks,
  cutUntilClosed,
  cutWithLength,
  seenVersion,
  seenHost,
  seenForwarded,
  seenOwn,
];
