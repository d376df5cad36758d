/**
 * The event stream format: values in, text out. WHATWG HTML, 9.2.5 and 9.2.6.
 * Broken on purpose: see README.md.
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

/** Turns an event into the lines that say it, and the blank line after them. */
export function encodeEvent({ event, id, retry, data }: StreamEvent): string {
  let lines = '';

  // TODO: refuse what these three cannot say.
  if (event !== undefined) lines += `event: ${event}\n`;
  if (id !== undefined) lines += `id: ${id}\n`;
  if (retry !== undefined) lines += `retry: ${retry}\n`;

  // TODO: a text may have several lines.
  if (data !== undefined) lines += `data: ${data}\n`;

  return `${lines}\n`;
}

/** Turns a text into comment lines: bytes on the wire, nothing in the page. */
export function encodeComment(text: string): string {
  // TODO: so may this one.
  return `: ${text}\n\n`;
}
