/**
 * The events of one connection, in their order: each gets its time and its
 * offset here, and goes to the observer of the tap.
 */
import type { Socket } from 'node:net';
import type {
  Closed,
  RelayDirection,
  EndReason,
  Opened,
  Read,
  Ended,
  Injected,
} from './events.ts';

/** Is called with every event of the connections of a tap. */
export interface ConnectionObserver {
  /** Milliseconds since the tap was created. */
  now(): number;
  opened(event: Opened): void;
  read(event: Read): void;
  ended(event: Ended): void;
  injected(event: Injected): void;
  closed(event: Closed): void;
}

/** Where a connection comes from, and the port at which it arrives. */
export type Ends = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localPort'>;

/**
 * Reports the events of one connection. `opened` always comes first: every
 * other event reports it where that has not happened yet.
 */
export class ConnectionTrace {
  readonly connection: number;
  /** What client and tap agreed on by ALPN, once they did. */
  protocol: string | undefined;
  /** When bytes were last handed on: ms since the tap was created. */
  lastActivity = -Infinity;
  readonly #observer: ConnectionObserver;
  /** Read at once: a socket that was reset no longer knows them. */
  readonly #client: Opened['client'];
  readonly #port: number;
  readonly #encrypted: boolean;
  readonly #link: string | undefined;
  readonly #accepted: number;
  /** How many bytes were handed on in each direction. */
  readonly forwarded = { up: 0, down: 0 };
  #isReported = false;

  constructor(
    observer: ConnectionObserver,
    connection: number,
    raw: Ends,
    encrypted: boolean,
    link?: string,
  ) {
    this.#observer = observer;
    this.connection = connection;
    this.#client = {
      host: raw.remoteAddress ?? '',
      port: raw.remotePort ?? 0,
    };
    this.#port = raw.localPort ?? 0;
    this.#encrypted = encrypted;
    this.#link = link;
    this.#accepted = observer.now();
  }

  opened(): void {
    if (this.#isReported) return;
    this.#isReported = true;
    this.#observer.opened({
      connection: this.connection,
      time: this.#accepted,
      client: this.#client,
      port: this.#port,
      ...(this.#link !== undefined && { link: this.#link }),
      encrypted: this.#encrypted,
      protocol: this.protocol,
    });
  }

  read(direction: RelayDirection, bytes: Buffer, held: number): void {
    const { connection } = this;
    const offset = this.forwarded[direction];
    this.forwarded[direction] += bytes.length;
    const time = this.#observer.now();
    this.lastActivity = time;
    this.#observer.read({ connection, direction, time, held, offset, bytes });
  }

  ended(how: EndReason, direction?: RelayDirection, text?: string): void {
    this.opened();
    const { connection } = this;
    const time = this.#observer.now();
    this.#observer.ended({ connection, direction, time, how, text });
  }

  injected(fault: string, text: string, direction?: RelayDirection): void {
    this.opened();
    const { connection } = this;
    const time = this.#observer.now();
    this.#observer.injected({ connection, direction, time, fault, text });
  }

  closed(): void {
    this.opened();
    const { connection } = this;
    this.#observer.closed({ connection, time: this.#observer.now() });
  }
}
