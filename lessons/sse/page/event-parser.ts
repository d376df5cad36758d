/**
 * The event stream format, read as it comes: HTML, 9.2.5 and 9.2.6. For a body
 * that `fetch` reads; an EventSource does it by itself.
 *
 * Text goes in, cut anywhere; out come the events that are whole by then. What
 * has come of the next one is kept until the rest comes. If it never does, that
 * event did not happen, and neither did its id.
 *
 * Left out: `event` and `retry`, which this stream does not have.
 */

export interface StreamEvent {
  /** The last id so far; '' before the first. */
  id: string;
  /** The values of its `data` lines, joined by LF. */
  data: string;
}

export class EventParser {
  /** What has come of a line that has not ended. */
  #line = '';
  /** CR was the last character: a LF that comes now belongs to it. */
  #afterCr = false;
  #data: string[] = [];
  #id = '';

  /** Takes the next piece of the text; returns the events that it completes. */
  feed(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    for (const character of text) {
      const isLfOfCr = character === '\n' && this.#afterCr;
      this.#afterCr = character === '\r';
      if (isLfOfCr) continue;
      if (character !== '\r' && character !== '\n') {
        this.#line += character;
        continue;
      }
      const line = this.#line;
      this.#line = '';
      if (line !== '') this.#field(line);
      else if (this.#data.length > 0) {
        events.push({ id: this.#id, data: this.#data.join('\n') });
        this.#data = [];
      }
    }
    return events;
  }

  /** A line: `name: value`, the name alone, or a comment, which has no name. */
  #field(line: string) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.#data.push(value);
    if (name === 'id' && !value.includes('\0')) this.#id = value;
  }
}
