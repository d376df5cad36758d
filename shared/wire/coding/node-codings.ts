/**
 * Content codings, taken off by Node's library: for `withoutSecrets`, which must
 * know that a body is whole, as what was cut off may hold a secret.
 */
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
  type ZlibOptions,
} from 'node:zlib';
import type { Codings } from '../masking/bytes.ts';

type Take = (bytes: Uint8Array, options: ZlibOptions) => Uint8Array;

/** With what there is of one that was cut off. */
function tryAll(takes: readonly Take[]): Codings[string] {
  return (bytes, limit) => {
    for (const take of takes)
      try {
        return take(bytes, {
          maxOutputLength: limit,
          finishFlush: constants.Z_SYNC_FLUSH,
        });
      } catch {
        // The next one may do.
      }
    return undefined;
  };
}

const gzip = tryAll([gunzipSync]);

/** The codings that Node takes off, by their names in Content-Encoding. */
export const nodeCodings: Codings = {
  gzip,
  'x-gzip': gzip,
  // Some send bare DEFLATE under this name.
  deflate: tryAll([inflateSync, inflateRawSync]),
  br(bytes, limit) {
    try {
      return brotliDecompressSync(bytes, { maxOutputLength: limit });
    } catch {
      return undefined;
    }
  },
  zstd(bytes, limit) {
    try {
      return zstdDecompressSync(bytes, { maxOutputLength: limit });
    } catch {
      return undefined; // Also where Node has no zstd: before 22.15.
    }
  },
};
