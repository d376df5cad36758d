// Wrong: takes what is left in any case, after a cut too.
// Told: Half a line is taken for a whole one

export interface Answer {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is whole. */
  take: (value: unknown) => void;
}

export async function readLines({ body, take }: Answer): Promise<void> {
  const pieces = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await pieces.read();
      if (done) break;
      rest += decoder.decode(value, { stream: true });
      const whole = rest.split('\n');
      rest = whole.pop()!;
      for (const line of whole) take(JSON.parse(line));
    }
  } finally {
    if (rest !== '') take(JSON.parse(rest));
  }
}
