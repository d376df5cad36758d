/**
 * The event stream format: values in, text out. HTML, 9.2.5 and 9.2.6.
 * Broken on purpose: see README.md.
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

/** Turns an event into its lines, and the empty line that ends it. */
export function encodeEvent({ event, id, retry, data }: StreamEvent): string {
  let lines = '';

  // TODO: refuse what these three fields cannot contain.
  if (event !== undefined) lines += `event: ${event}\n`;
  if (id !== undefined) lines += `id: ${id}\n`;
  if (retry !== undefined) lines += `retry: ${retry}\n`;

  // TODO: the text may have several lines.
  if (data !== undefined) lines += `data: ${data}\n`;

  return `${lines}\n`;
}

/** Turns a text into comments: bytes on the wire, no event in the page. */
export function encodeComment(text: string): string {
  // TODO: this text may have several lines, too.
  return `: ${text}\n\n`;
}
