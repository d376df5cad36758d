/** The event stream format: values in, text out. HTML, 9.2.5 and 9.2.6. */

export interface StreamEvent {
  /** The name under which the page listens. Without it: `message`. */
  event?: string;
  /** A browser that reconnects sends it as `Last-Event-ID`. */
  id?: string;
  /** How long a browser waits before it reconnects, in ms. */
  retry?: number;
  /** The text. Without it no event fires in the page. */
  data?: string;
}

// Why three: to a reader each of them ends a line, whatever the writer meant.
// CR LF comes first, or it would count as two.
const lineEnd = /\r\n|\n|\r/;

/** Turns an event into its lines, and the empty line that ends it. */
export function encodeEvent({ event, id, retry, data }: StreamEvent): string {
  let lines = '';

  // Why refuse, and not escape: the format has no escape. What comes after the
  // line end would be read as a field of its own.
  if (event !== undefined) {
    if (lineEnd.test(event)) refuse('event', event, 'no CR and no LF');
    lines += `event: ${event}\n`;
  }

  // Why NUL, too: a browser ignores an id that contains one, so it would
  // reconnect with the id before it.
  if (id !== undefined) {
    if (lineEnd.test(id) || id.includes('\0'))
      refuse('id', id, 'no CR, no LF and no NUL');
    lines += `id: ${id}\n`;
  }

  // Why so strict: a browser ignores a `retry` that is not all digits.
  if (retry !== undefined) {
    if (!Number.isSafeInteger(retry) || retry < 0)
      refuse('retry', retry, 'a whole number of milliseconds');
    lines += `retry: ${retry}\n`;
  }

  // Why a `data:` for each line: the page gets them joined by LF again.
  if (data !== undefined) {
    for (const line of data.split(lineEnd)) lines += `data: ${line}\n`;
  }

  // Why the empty line: until it comes, no event fires.
  return `${lines}\n`;
}

/** Turns a text into comments: bytes on the wire, no event in the page. */
export function encodeComment(text: string): string {
  const lines = text.split(lineEnd).map((line) => `: ${line}\n`);
  return `${lines.join('')}\n`;
}

/** Says which field cannot be written, what it held and what it needs. */
function refuse(field: string, found: unknown, expected: string): never {
  throw new TypeError(
    `An event stream cannot carry the ${field} ${JSON.stringify(found)}: ` +
      `it needs ${expected}.`,
  );
}
