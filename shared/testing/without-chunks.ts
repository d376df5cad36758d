/**
 * HTTP/1.1 responses without the chunks around their bodies: RFC 9112, 7.1.
 *
 * How many chunks a body has means nothing: Node 26
 * joins `write()` calls with no `await` between them, Node 24 did not, and a
 * proxy may cut as it likes. To compare what was sent, take the chunks off.
 *
 * In goes what one connection received so far, from its first byte; out comes
 * the same without the chunks' sizes, line ends and trailers. What is not yet
 * whole (a header section, a size) is left out, so that more bytes in only ever
 * add to what came out. Responses to HEAD are not understood.
 *
 * @param received bytes as characters of the same number (`latin1`)
 * @throws Error when a chunk does not begin with its size, or does not end
 *   behind so many bytes
 */
export function withoutChunks(received: string): string {
  let whole = '';
  let at = 0;
  for (;;) {
    const headers = until('\r\n\r\n', received, at);
    if (headers === undefined) return whole;
    whole += headers;
    at += headers.length;
    const length = /^content-length: *(\d+)/im.exec(headers)?.[1];
    if (/^transfer-encoding: *chunked/im.test(headers)) {
      const { data, end } = readChunks(received, at);
      whole += data;
      if (end === undefined) return whole;
      at = end;
    } else if (/^HTTP\/1\.1 (?:1(?!01)\d\d|204|304)/.test(headers)) {
      continue; // no body, whatever the headers say: RFC 9112, 6.3
    } else {
      const to = length === undefined ? received.length : at + Number(length);
      whole += received.slice(at, to);
      at = to;
    }
  }
}

/** The data of a body's chunks, and where the body ends if it does. */
function readChunks(
  received: string,
  from: number,
): { data: string; end?: number } {
  let data = '';
  let at = from;
  for (;;) {
    const line = until('\r\n', received, at);
    if (line === undefined) return { data };
    if (!/^[\da-f]+(?:;.*)?\r\n$/i.test(line)) fail('its size', line, at);
    const size = parseInt(line, 16);
    at += line.length;
    if (size === 0) {
      // Trailers, each a line, and an empty one.
      for (;;) {
        const trailer = until('\r\n', received, at);
        if (trailer === undefined) return { data };
        at += trailer.length;
        if (trailer === '\r\n') return { data, end: at };
      }
    }
    data += received.slice(at, at + size);
    at += size;
    const end = received.slice(at, at + 2);
    if (!'\r\n'.startsWith(end)) fail('CR LF behind its data', end, at);
    if (end.length < 2) return { data };
    at += 2;
  }
}

/** The text from there to the end of the mark; `undefined` if it is not yet there. */
function until(mark: string, text: string, from: number): string | undefined {
  const at = text.indexOf(mark, from);
  return at < 0 ? undefined : text.slice(from, at + mark.length);
}

function fail(expected: string, found: string, at: number): never {
  throw new Error(
    `A chunk at byte ${at}: expected ${expected}, ` +
      `found ${JSON.stringify(found)} (RFC 9112, 7.1).`,
  );
}
