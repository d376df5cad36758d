/** Lines of JSON, from a body that comes in reads (jsonlines.org). */

export interface JsonLines {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is complete. */
  take: (value: unknown) => void;
}

/** Reads lines until the body ends; fails if the body fails. */
export async function readLines({ body, take }: JsonLines): Promise<void> {
  const reads = body.getReader();
  // Why one decoder for all reads: it keeps the first half of a character that
  // was cut, until the second comes.
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await reads.read();
    if (done) break;
    rest += decoder.decode(value, { stream: true });

    // Why the last is kept: after the last newline a line begins, or nothing.
    const whole = rest.split('\n');
    rest = whole.pop()!;
    for (const line of whole) take(JSON.parse(line));
  }

  // Why only here: if `read` fails, this is never reached, and half a line is
  // not taken.
  if (rest !== '') take(JSON.parse(rest));
}
