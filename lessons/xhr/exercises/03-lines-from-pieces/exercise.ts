/**
 * Lines of JSON, from a body that comes in pieces (jsonlines.org).
 * Broken on purpose: see README.md.
 */

export interface Answer {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is whole. */
  take: (value: unknown) => void;
}

/** Reads lines until the body ends; fails where the body fails. */
export async function readLines({ body, take }: Answer): Promise<void> {
  const pieces = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { value, done } = await pieces.read();
    if (done) return;
    // TODO: a read is not a line, and its last byte may be half a character.
    take(JSON.parse(decoder.decode(value)));
  }
}
