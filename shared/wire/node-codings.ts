/**
 * Content codings that only Node takes off synchronously: for `withoutSecrets`.
 * Nothing else in this folder but `brotli.ts` needs Node.
 */
import { zstdDecompressSync } from 'node:zlib';
import { unbrotli } from './brotli.ts';
import type { Codings } from './mask-bytes.ts';

export const nodeCodings: Codings = {
  br: unbrotli,
  zstd(bytes, limit) {
    try {
      return zstdDecompressSync(bytes, { maxOutputLength: limit });
    } catch {
      return undefined;
    }
  },
};
