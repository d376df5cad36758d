import type { ClaimRow } from '../claim.ts';
import { resumes, survivesACut } from './after-a-cut.ts';
import { binary } from './binary.ts';
import { bufferingProxy } from './buffering-proxy.ts';
import { cannotSee } from './cannot-see.ts';
import { compression } from './compression.ts';
import { crossOrigin } from './cross-origin.ts';
import { framing } from './framing.ts';
import { idleClient } from './idle-client.ts';
import { manyToOne } from './many-to-one.ts';
import { passesCaches } from './passes-caches.ts';
import { applicationProtocol, networkTransport } from './protocols.ts';
import { requestStreaming } from './request-streaming.ts';
import { responseStreaming } from './response-streaming.ts';
import { speaksFirst } from './speaks-first.ts';

/** The table of 2016, and below it what a decision needs and it lacks. */
export const rows: readonly ClaimRow[] = [
  requestStreaming,
  responseStreaming,
  framing,
  binary,
  compression,
  applicationProtocol,
  networkTransport,
  speaksFirst,
  survivesACut,
  resumes,
  cannotSee,
  passesCaches,
  bufferingProxy,
  manyToOne,
  idleClient,
  crossOrigin,
];
