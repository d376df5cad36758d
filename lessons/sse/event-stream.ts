/**
 * The event stream format: values in, text out. WHATWG HTML, 9.2.5 and 9.2.6.
 *
 * Left out: reading it back. The browser's EventSource does that for us.
 */

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

/** All three ends of a line that the format knows. */
const lineEnd = /\r\n|\n|\r/;

/** Turns an event into the lines that say it, and the blank line after them. */
export function encodeEvent({ event, id, retry, data }: StreamEvent): string {
  let lines = '';

  // A name takes one line: after a line's end a new field would begin.
  if (event !== undefined) {
    if (lineEnd.test(event)) refuse('event', event, 'no CR and no LF');
    if (data === undefined) refuse('event', event, 'data beside it');
    lines += `event: ${event}\n`;
  }

  // So does an id. A browser ignores an id that holds a NUL.
  if (id !== undefined) {
    if (lineEnd.test(id) || id.includes('\0'))
      refuse('id', id, 'no CR, no LF and no NUL');
    lines += `id: ${id}\n`;
  }

  // A browser takes `retry` only if it is all digits.
  if (retry !== undefined) {
    if (!Number.isSafeInteger(retry) || retry < 0)
      refuse('retry', retry, 'a whole number of milliseconds');
    lines += `retry: ${retry}\n`;
  }

  // Text of several lines takes a `data:` for each: the page gets them joined
  // by LF again. The space after the colon is not part of the text.
  if (data !== undefined) {
    for (const line of data.split(lineEnd)) lines += `data: ${line}\n`;
  }

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
