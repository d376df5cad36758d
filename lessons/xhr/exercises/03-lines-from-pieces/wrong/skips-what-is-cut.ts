// Wrong: skips what does not parse.
// Told: A line in two reads is lost

export interface Answer {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is whole. */
  take: (value: unknown) => void;
}

export async function readLines({ body, take }: Answer): Promise<void> {
  const pieces = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { value, done } = await pieces.read();
    if (done) return;
    for (const line of decoder.decode(value, { stream: true }).split('\n')) {
      let news: unknown;
      try {
        news = JSON.parse(line);
      } catch {
        continue;
      }
      take(news);
    }
  }
}
