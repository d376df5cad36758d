import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo, Server } from 'node:net';

export interface ReadEvent {
  event: string;
  id: string;
  data: string;
}

/** A client of the event stream, as simple as a client can be. */
export class EventReader {
  /** Every event so far. */
  readonly events: ReadEvent[] = [];
  /** The `n` of every update so far. */
  readonly numbers: number[] = [];
  /** Every comment so far. */
  readonly comments: string[] = [];
  /** Bytes of the body so far. */
  bytes = 0;
  /** Resolves when the body ended, or was cut. */
  readonly closed: Promise<void>;
  readonly response: IncomingMessage;
  #rest = '';
  #wake = () => {};

  /** Asks for the stream; resolves when the head of the answer is there. */
  static open(
    server: Server,
    { after = '', headers = {} as Record<string, string> } = {},
  ): Promise<EventReader> {
    const { port } = server.address() as AddressInfo;
    const path = after ? `/events?after=${after}` : '/events';
    return new Promise((resolve, reject) => {
      get({ port, host: '127.0.0.1', path, headers, agent: false })
        .on('response', (response) => resolve(new EventReader(response)))
        .on('error', reject);
    });
  }

  constructor(response: IncomingMessage) {
    this.response = response;
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

  /** The id that a browser would come back with. */
  get lastId(): string {
    return this.events.findLast(({ id }) => id)?.id ?? '';
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
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop()!; // not complete: a browser discards it too
    for (const block of blocks) {
      const read: ReadEvent = { event: 'message', id: '', data: '' };
      const data: string[] = [];
      for (const line of block.split('\n')) {
        const [, name, value] = /^([^:]*): ?(.*)$/.exec(line)!;
        if (name === '') this.comments.push(value!);
        if (name === 'event') read.event = value!;
        if (name === 'id') read.id = value!;
        if (name === 'data') data.push(value!);
      }
      if (data.length === 0) continue; // nothing fires
      this.events.push({ ...read, data: data.join('\n') });
      if (read.event === 'departure' || read.event === 'announcement') {
        this.numbers.push(JSON.parse(data.join('\n')).n);
      }
    }
    this.#wake();
  }
}
