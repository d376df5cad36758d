/** The recording that lies in a saved page. */
import { fromBase64 } from './base64.ts';

/** So many compressed bytes are handed in at a time. */
const PIECE = 1 << 18;

/**
 * Makes the file of a recording again.
 *
 * @param base64 of the file, compressed by gzip
 * @param size of the file, in bytes: it is put together where it stays
 * @throws Error with a sentence for the reader where it is not whole
 */
export async function readRecording(
  base64: string,
  size: number,
): Promise<Uint8Array> {
  const compressed = fromBase64(base64);
  const bytes = new Uint8Array(size);
  const coding = new DecompressionStream('gzip');
  const writer = coding.writable.getWriter();
  const write = async () => {
    for (let from = 0; from < compressed.length; from += PIECE)
      await writer.write(compressed.subarray(from, from + PIECE));
    await writer.close();
  };
  const read = async () => {
    const reader = coding.readable.getReader();
    for (let at = 0; ;) {
      const { value, done } = await reader.read();
      if (done) return;
      bytes.set(value, at);
      at += value.length;
    }
  };
  try {
    await Promise.all([write(), read()]);
  } catch (cause) {
    throw new Error(
      'The recording in this page is not whole: the page was cut off or ' +
        'changed on its way. Get it again, or open the pcapng file instead.',
      { cause },
    );
  }
  return bytes;
}
