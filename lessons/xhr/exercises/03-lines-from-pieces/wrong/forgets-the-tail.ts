// Wrong: splits each read into lines, and forgets the tail.
// Told: A line in two reads ends in an error

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
    const lines = decoder.decode(value, { stream: true }).split('\n');
    for (const line of lines) if (line !== '') take(JSON.parse(line));
  }
}
