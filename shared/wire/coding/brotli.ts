/**
 * Of this folder only this file and `node-codings.ts` need Node: no library
 * takes brotli off synchronously elsewhere. Hand `unbrotli` to `describe` to see
 * such bodies.
 */
import { brotliDecompressSync } from 'node:zlib';

/**
 * Brotli (RFC 7932) to plain bytes; undefined if it is not, or too much.
 * @param limit how many bytes may come of it
 */
export function unbrotli(
  bytes: Uint8Array,
  limit: number,
): Uint8Array | undefined {
  try {
    return brotliDecompressSync(bytes, { maxOutputLength: limit });
  } catch {
    return undefined;
  }
}
