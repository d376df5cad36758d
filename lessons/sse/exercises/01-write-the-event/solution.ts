/** The event stream format: values in, text out. WHATWG HTML, 9.2.5 and 9.2.6. */

export interface StreamEvent {
  /** What the page calls the event. Without it: `message`. */
  event?: string;
  /** What a browser that comes back will name as the last it saw. */
  id?: string;
  /** How long a browser waits before it comes back, in ms. */
  retry?: number;
  /** The text. Without it nothing fires in the page. */
  data?: string;
}

// Why three: a reader takes each of them for a line's end, whatever the writer
// meant. CR LF comes first, or it would count as two.
const lineEnd = /\r\n|\n|\r/;

/** Turns an event into the lines that say it, and the blank line after them. */
export function encodeEvent({ event, id, retry, data }: StreamEvent): string {
  let lines = '';

  // Why refuse, and not escape: the format knows no escape. What came after
  // the line's end would be read as a field of its own.
  if (event !== undefined) {
    if (lineEnd.test(event)) refuse('event', event, 'no CR and no LF');
    lines += `event: ${event}\n`;
  }

  // Why NUL, too: a browser ignores an id that holds one, so it would come
  // back with the id before.
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

  // Why the empty line: until it comes, nothing fires.
  return `${lines}\n`;
}

/** Turns a text into comment lines: bytes on the wire, nothing in the page. */
export function encodeComment(text: string): string {
  const lines = text.split(lineEnd).map((line) => `: ${line}\n`);
  return `${lines.join('')}\n`;
}

/** Says which field cannot be said, what it held and what would do. */
function refuse(field: string, found: unknown, expected: string): never {
  throw new TypeError(
    `An event stream cannot carry the ${field} ${JSON.stringify(found)}: ` +
      `it needs ${expected}.`,
  );
}
