// Right, and different: finds the newlines among the bytes, and decodes whole lines only.

export interface Answer {
  body: ReadableStream<Uint8Array>;
  /** Gets the value of each line, as soon as the line is whole. */
  take: (value: unknown) => void;
}

export async function readLines({ body, take }: Answer): Promise<void> {
  let rest = new Uint8Array();
  const tell = (bytes: Uint8Array) =>
    take(JSON.parse(new TextDecoder().decode(bytes)));
  for await (const piece of body) {
    const all = new Uint8Array(rest.length + piece.length);
    all.set(rest);
    all.set(piece, rest.length);
    let from = 0;
    for (let end = all.indexOf(10); end >= 0; end = all.indexOf(10, from)) {
      tell(all.subarray(from, end));
      from = end + 1;
    }
    rest = all.slice(from);
  }
  if (rest.length > 0) tell(rest);
}
