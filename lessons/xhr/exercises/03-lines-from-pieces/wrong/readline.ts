// Wrong: lets readline find the lines, which knows more ends than LF.
// Told: What only looks like an end cuts a line

import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

export interface Answer {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is whole. */
  take: (value: unknown) => void;
}

export async function readLines({ body, take }: Answer): Promise<void> {
  const lines = createInterface(Readable.fromWeb(body as never));
  for await (const line of lines) take(JSON.parse(line));
}
