import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo, Server } from 'node:net';

/** What a page gets of an event: its name, the last id so far, the text. */
export interface ReadEvent {
  event: string;
  id: string;
  data: string;
}

/**
 * Reads an event stream as a browser does: HTML, 9.2.6, written down a
 * second time and without a look at the wire, so that each can prove the
 * other wrong.
 */
export class EventParser {
  /** The texts of all comments so far, without the colon and one space. */
  readonly comments: string[] = [];
  /** What `retry` said last, in ms. */
  retry: number | undefined;
  /**
   * Of a line that is not over, what has come, a piece for each feed. They are
   * joined at its end, or a long line would be read once more with each piece.
   */
  #rest: string[] = [];
  #first = true;
  /** The line is over; a LF that comes now belongs to its end. */
  #afterCr = false;
  #event = '';
  #id = '';
  #data: string[] = [];

  /** Takes the next piece of text, cut anywhere; returns what was dispatched. */
  feed(text: string): ReadEvent[] {
    const events: ReadEvent[] = [];
    if (text === '') return events;
    const ends = /\r\n?|\n/g;
    let at = this.#afterCr && text.startsWith('\n') ? 1 : 0;
    ends.lastIndex = at;
    for (let end = ends.exec(text); end; end = ends.exec(text)) {
      this.#rest.push(text.slice(at, end.index));
      this.#line(this.#rest.join(''), events);
      this.#rest = [];
      at = ends.lastIndex;
    }
    if (at < text.length) this.#rest.push(text.slice(at));
    this.#afterCr = text.endsWith('\r');
    return events;
  }

  #line(line: string, events: ReadEvent[]): void {
    const text = this.#first ? line.replace(/^\uFEFF/, '') : line;
    this.#first = false;
    if (text === '') return this.#dispatch(events);
    const colon = text.indexOf(':');
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (name === '') this.comments.push(value);
    if (name === 'event') this.#event = value;
    if (name === 'id' && !value.includes('\0')) this.#id = value;
    if (name === 'data') this.#data.push(value);
    if (name === 'retry' && /^[0-9]+$/.test(value)) this.retry = Number(value);
  }

  #dispatch(events: ReadEvent[]): void {
    const data = this.#data.join('\n');
    // Without data nothing fires.
    if (this.#data.length > 0)
      events.push({ event: this.#event || 'message', id: this.#id, data });
    this.#event = '';
    this.#data = [];
  }
}

/** A client of a lesson's event stream that sees all that comes. */
export class EventReader {
  /** Every event so far. */
  readonly events: ReadEvent[] = [];
  /** The `n` of every update so far. */
  readonly numbers: number[] = [];
  /** Bytes of the body so far. */
  bytes = 0;
  /** Resolves when the body ended, or was cut. */
  readonly closed: Promise<void>;
  readonly response: IncomingMessage;
  /** The client's own port. */
  readonly client: number;
  readonly #parser = new EventParser();
  #wake = () => {};

  /**
   * Asks for the stream of a server, or of who listens at a port; resolves when
   * the head of the answer is there.
   */
  static open(
    server: Server | number,
    { after = '', headers = {} as Record<string, string> } = {},
  ): Promise<EventReader> {
    const port =
      typeof server === 'number'
        ? server
        : (server.address() as AddressInfo).port;
    const path = after ? `/events?after=${after}` : '/events';
    return new Promise((resolve, reject) => {
      get({ port, host: '127.0.0.1', path, headers, agent: false })
        .on('response', (response) => resolve(new EventReader(response)))
        .on('error', reject);
    });
  }

  constructor(response: IncomingMessage) {
    this.response = response;
    this.client = response.socket.localPort!;
    this.closed = new Promise((resolve) =>
      response.on('close', () => {
        resolve();
        this.#wake();
      }),
    );
    response.setEncoding('utf8');
    response.on('error', () => {}); // a cut, which `closed` tells
    response.on('data', (text: string) => this.#read(text));
  }

  /** Every comment so far. */
  get comments(): string[] {
    return this.#parser.comments;
  }

  /** The id that a browser would resume with. */
  get lastId(): string {
    return this.events.at(-1)?.id ?? '';
  }

  /** Events of one kind, their data parsed. */
  of(kind: string): any[] {
    return this.events
      .filter(({ event }) => event === kind)
      .map(({ data }) => data && JSON.parse(data));
  }

  /** Waits until the condition holds; fails when the stream ends before. */
  async until(holds: (reader: this) => boolean): Promise<this> {
    while (!holds(this)) {
      if (this.response.closed) {
        throw new Error(
          `The stream ended before ${holds} held. ` +
            `These events came: ${JSON.stringify(this.events)}`,
        );
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this;
  }

  /** Leaves, as a closed tab does. */
  leave(): void {
    this.response.destroy();
  }

  #read(text: string): void {
    this.bytes += Buffer.byteLength(text);
    for (const read of this.#parser.feed(text)) {
      this.events.push(read);
      if (read.event === 'departure' || read.event === 'announcement') {
        this.numbers.push(JSON.parse(read.data).n);
      }
    }
    this.#wake();
  }
}
