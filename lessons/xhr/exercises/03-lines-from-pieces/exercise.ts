/**
 * Lines of JSON, from a body that comes in reads (jsonlines.org).
 * Broken on purpose: see README.md.
 */

export interface JsonLines {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is complete. */
  take: (value: unknown) => void;
}

/** Reads lines until the body ends; fails if the body fails. */
export async function readLines({ body, take }: JsonLines): Promise<void> {
  const reads = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { value, done } = await reads.read();
    if (done) return;
    // TODO: a read is not a line, and its last byte may be half a character.
    take(JSON.parse(decoder.decode(value)));
  }
}
