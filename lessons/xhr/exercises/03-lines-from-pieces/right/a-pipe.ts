// Right, and different: one stream decodes, one cuts, one takes.

export interface JsonLines {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is complete. */
  take: (value: unknown) => void;
}

export async function readLines({ body, take }: JsonLines): Promise<void> {
  let rest = '';
  const lines = new TransformStream<string, string>({
    transform(text, controller) {
      rest += text;
      for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n')) {
        controller.enqueue(rest.slice(0, at));
        rest = rest.slice(at + 1);
      }
    },
    flush(controller) {
      if (rest.trim()) controller.enqueue(rest);
    },
  });
  await body
    .pipeThrough(new TextDecoderStream() as never)
    .pipeThrough(lines)
    .pipeTo(new WritableStream({ write: (line) => take(JSON.parse(line)) }));
}
