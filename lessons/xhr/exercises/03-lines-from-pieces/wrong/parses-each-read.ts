// Wrong: parses each read.
// Told: Several lines in one read end in an error

export interface Answer {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is whole. */
  take: (value: unknown) => void;
}

export async function readLines({ body, take }: Answer): Promise<void> {
  for await (const piece of body)
    take(JSON.parse(new TextDecoder().decode(piece)));
}
