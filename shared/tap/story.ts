import type { Socket } from 'node:net';
import type {
  Closed,
  Direction,
  How,
  Opened,
  Read,
  Ended,
  Struck,
} from './events.ts';

/** Who hears what happens on the connections of a tap. */
export interface Listener {
  /** Milliseconds since the tap was created. */
  now(): number;
  opened(event: Opened): void;
  read(event: Read): void;
  ended(event: Ended): void;
  struck(event: Struck): void;
  closed(event: Closed): void;
}

/** What is told of one connection: that it opened always comes first. */
export class Story {
  readonly connection: number;
  /** What client and tap agreed on by ALPN, once they did. */
  protocol: string | undefined;
  /** When bytes were last handed on. */
  moved = -Infinity;
  readonly #listener: Listener;
  /** These now: a socket that was torn down no longer knows them. */
  readonly #client: Opened['client'];
  readonly #port: number;
  readonly #encrypted: boolean;
  readonly #link: string | undefined;
  readonly #accepted: number;
  /** How many bytes were handed on. */
  readonly said = { up: 0, down: 0 };
  #told = false;

  constructor(
    listener: Listener,
    connection: number,
    raw: Socket,
    encrypted: boolean,
    link?: string,
  ) {
    this.#listener = listener;
    this.connection = connection;
    this.#client = {
      host: raw.remoteAddress ?? '',
      port: raw.remotePort ?? 0,
    };
    this.#port = raw.localPort ?? 0;
    this.#encrypted = encrypted;
    this.#link = link;
    this.#accepted = listener.now();
  }

  opened(): void {
    if (this.#told) return;
    this.#told = true;
    this.#listener.opened({
      connection: this.connection,
      time: this.#accepted,
      client: this.#client,
      port: this.#port,
      ...(this.#link !== undefined && { link: this.#link }),
      encrypted: this.#encrypted,
      protocol: this.protocol,
    });
  }

  read(direction: Direction, bytes: Buffer, held: number): void {
    const { connection } = this;
    const offset = this.said[direction];
    this.said[direction] += bytes.length;
    const time = this.#listener.now();
    this.moved = time;
    this.#listener.read({ connection, direction, time, held, offset, bytes });
  }

  ended(how: How, direction?: Direction, text?: string): void {
    this.opened();
    const { connection } = this;
    const time = this.#listener.now();
    this.#listener.ended({ connection, direction, time, how, text });
  }

  struck(fault: string, text: string, direction?: Direction): void {
    this.opened();
    const { connection } = this;
    const time = this.#listener.now();
    this.#listener.struck({ connection, direction, time, fault, text });
  }

  closed(): void {
    this.opened();
    const { connection } = this;
    this.#listener.closed({ connection, time: this.#listener.now() });
  }
}
