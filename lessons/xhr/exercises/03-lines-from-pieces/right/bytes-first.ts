// Right, and different: finds the newlines among the bytes, and decodes whole lines only.

export interface JsonLines {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is complete. */
  take: (value: unknown) => void;
}

export async function readLines({ body, take }: JsonLines): Promise<void> {
  let rest = new Uint8Array();
  const takeLine = (line: Uint8Array) =>
    take(JSON.parse(new TextDecoder().decode(line)));
  for await (const bytes of body) {
    const all = new Uint8Array(rest.length + bytes.length);
    all.set(rest);
    all.set(bytes, rest.length);
    let from = 0;
    for (let end = all.indexOf(10); end >= 0; end = all.indexOf(10, from)) {
      takeLine(all.subarray(from, end));
      from = end + 1;
    }
    rest = all.slice(from);
  }
  if (rest.length > 0) takeLine(rest);
}
