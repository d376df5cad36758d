/** Lines of JSON, from a body that comes in pieces (jsonlines.org). */

export interface Answer {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is whole. */
  take: (value: unknown) => void;
}

/** Reads lines until the body ends; fails where the body fails. */
export async function readLines({ body, take }: Answer): Promise<void> {
  const pieces = body.getReader();
  // Why one for all pieces: it keeps the first half of a character that was
  // cut, until the second comes.
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await pieces.read();
    if (done) break;
    rest += decoder.decode(value, { stream: true });

    // Why the last is kept: behind the last newline a line begins, or nothing.
    const whole = rest.split('\n');
    rest = whole.pop()!;
    for (const line of whole) take(JSON.parse(line));
  }

  // Why only here: where `read` fails we never come by, and half a line is
  // told to nobody.
  if (rest !== '') take(JSON.parse(rest));
}
