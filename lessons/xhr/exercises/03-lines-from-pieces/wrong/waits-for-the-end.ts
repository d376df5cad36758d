// Wrong: waits for the end of an answer that has none.
// Told: A whole line waits for the next read

export interface Answer {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is whole. */
  take: (value: unknown) => void;
}

export async function readLines({ body, take }: Answer): Promise<void> {
  const text = await new Response(body as BodyInit).text();
  for (const line of text.split('\n')) if (line) take(JSON.parse(line));
}
