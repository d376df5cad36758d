/**
 * Content codings that only Node takes off: br (RFC 7932) and zstd (RFC 8878).
 * They go on from call to call and return at once, which Node's public streams
 * do not: so this uses what those are made of, `_handle.writeSync`, as Node's own
 * `brotliDecompressSync` does. A test says when Node changes that.
 */
import * as zlib from 'node:zlib';
import type { Decompressor, Decompressors } from '../fields.ts';
import { byteCount } from '../text.ts';

/** What a stream of `node:zlib` is made of, in Node 20 to 26. */
interface Handle {
  writeSync(
    flush: number,
    from: Uint8Array,
    fromAt: number,
    fromLength: number,
    to: Uint8Array,
    toAt: number,
    toLength: number,
  ): void;
  onerror(message: string, errno: number, code: string): void;
  close(): void;
}
interface Inside {
  _handle?: Handle | null;
  /** What the last call left: room for plain bytes, and bytes not taken. */
  _writeState?: Uint32Array;
}

/** RFC 9659: a decoder of zstd on the web need not keep more than 8 MB. */
const ZSTD_WINDOW_LOG = 23;
const NOTHING = new Uint8Array(0);
/** Plain bytes are taken out in pieces of this size. */
const plain = new Uint8Array(65_536);

class NodeDecompressor implements Decompressor {
  problem: string | undefined;
  readonly #name: string;
  #handle: Handle | undefined;
  readonly #left: Uint32Array;

  constructor(name: string, inside: object) {
    const { _handle: handle, _writeState: left }: Inside = inside;
    this.#name = name;
    this.#left = left ?? new Uint32Array(2);
    if (!handle?.writeSync || !left) {
      this.problem = `Node ${process.versions.node} takes ${name} off in another way than is known here`;
      return;
    }
    this.#handle = handle;
    handle.onerror = (message) => {
      this.problem = `expected ${name}, found other bytes: ${message}`;
    };
  }

  write(bytes: Uint8Array, most: number): Uint8Array {
    if (bytes.length === 0) return NOTHING;
    const pieces: Uint8Array[] = [];
    let made = 0;
    let from = 0;
    while (!this.problem && this.#handle) {
      this.#handle.writeSync(
        zlib.constants.BROTLI_OPERATION_PROCESS,
        bytes,
        from,
        bytes.length - from,
        plain,
        0,
        plain.length,
      );
      if (this.problem) break;
      const [room, left] = this.#left as unknown as [number, number];
      const count = Math.min(plain.length - room, most - made);
      if (count > 0) pieces.push(plain.slice(0, count));
      made += count;
      from = bytes.length - left;
      if (plain.length - room > count)
        this.problem = `${this.#name} of more than ${byteCount(most)}: the limit for inflated bytes was reached`;
      if (room > 0) break;
    }
    if (this.problem) this.close();
    return joined(pieces, made);
  }

  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
  }
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  if (pieces.length < 2) return pieces[0] ?? NOTHING;
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** There is none in Node before 22.15. */
const createZstd: typeof zlib.createZstdDecompress | undefined =
  zlib.createZstdDecompress;

/** By the name of the coding; without zstd where this Node has none. */
export const nodeDecompressors: Decompressors = {
  br: () => new NodeDecompressor('br', zlib.createBrotliDecompress()),
  ...(createZstd && {
    zstd: () =>
      new NodeDecompressor(
        'zstd',
        createZstd({
          params: { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG },
        }),
      ),
  }),
};
