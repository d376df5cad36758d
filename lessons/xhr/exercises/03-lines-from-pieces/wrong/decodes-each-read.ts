// Wrong: decodes each read by itself, so "Zürich" breaks.
// Told: A character that was cut is broken

export interface Answer {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is whole. */
  take: (value: unknown) => void;
}

export async function readLines({ body, take }: Answer): Promise<void> {
  const pieces = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await pieces.read();
    if (done) break;
    const whole = (rest + decoder.decode(value)).split('\n');
    rest = whole.pop()!;
    for (const line of whole) take(JSON.parse(line));
  }
  if (rest !== '') take(JSON.parse(rest));
}
