/**
 * The event stream format: values in, text out. HTML, 9.2.5 and 9.2.6.
 *
 * Left out: reading it. The browser's EventSource does that for us.
 */

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

/**
 * The headers of a response. The type makes it an event stream. The rest asks
 * caches and proxies to pass on each byte as it comes: not from a cache, not
 * compressed.
 */
export const asEventStream = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
};

/** A line may end with any of three: CR LF, LF or CR. */
const lineEnd = /\r\n|\n|\r/;

/** Turns an event into its lines, and the empty line that ends it. */
export function encodeEvent({ event, id, retry, data }: StreamEvent): string {
  let lines = '';

  // A name has one line: after a line end a new field would begin.
  if (event !== undefined) {
    if (lineEnd.test(event)) refuse('event', event, 'no CR and no LF');
    if (data === undefined) refuse('event', event, 'data beside it');
    lines += `event: ${event}\n`;
  }

  // So has an id. A browser ignores an id that contains a NUL.
  if (id !== undefined) {
    if (lineEnd.test(id) || id.includes('\0'))
      refuse('id', id, 'no CR, no LF and no NUL');
    lines += `id: ${id}\n`;
  }

  // A browser ignores a `retry` that is not all digits.
  if (retry !== undefined) {
    if (!Number.isSafeInteger(retry) || retry < 0)
      refuse('retry', retry, 'a whole number of milliseconds');
    lines += `retry: ${retry}\n`;
  }

  // Each line of the text needs a `data:` of its own; the page gets the lines
  // joined by LF. The space after the colon is not part of the text.
  if (data !== undefined) {
    for (const line of data.split(lineEnd)) lines += `data: ${line}\n`;
  }

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
