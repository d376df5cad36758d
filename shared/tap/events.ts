/**
 * The events of a tap: a client connected, bytes were handed on, a direction
 * ended, a fault was injected, all is closed. All times are milliseconds since
 * the tap was created, all offsets and sizes are bytes.
 */

/** `up` runs from the client to the target, `down` from the target back. */
export type RelayDirection = 'up' | 'down';

/** A client connected. With TLS: once the handshake with it was over. */
export interface Opened {
  /** 1 for the first connection of the tap, then 2, 3, … */
  connection: number;
  /** When the tap accepted it: milliseconds since the tap was created. */
  time: number;
  client: { host: string; port: number };
  /**
   * At which of the tap's ports it was accepted; where the tap itself is the
   * client, as it rewrites, the port of the target.
   */
  port: number;
  /** What that port is called, where it has a name: `station-broker`. */
  link?: string;
  encrypted: boolean;
  /** What client and tap agreed on by ALPN (RFC 7301), if on anything. */
  protocol?: string;
}

/**
 * Bytes that the tap handed on. Without faults this is what one read of a
 * socket returned; with faults, what the receiver's next read may return.
 */
export interface Read {
  connection: number;
  direction: RelayDirection;
  /** When they were handed on: milliseconds since the tap was created. */
  time: number;
  /** For how many milliseconds a fault had held the first of these bytes. */
  held: number;
  /** How many bytes of this direction came before. */
  offset: number;
  /**
   * Valid only while the event is emitted: afterwards the tap may read into
   * the same memory. Copy what you keep, and write nothing into it: the bytes
   * are on their way to the receiver.
   */
  bytes: Buffer;
}

/**
 * `fin`: closed, all was sent. `rst`: reset, whatever was on its way
 * (RFC 9293, 3.5).
 * `refused`: the target could not be reached, so the client got a RST.
 * `failed`: the TLS handshake with the client failed.
 */
export type EndReason = 'fin' | 'rst' | 'refused' | 'failed';

/** One direction ended, or with `rst` and the rest the whole connection. */
export interface Ended {
  connection: number;
  /** Where the end travelled. undefined: the tap itself cut both sides. */
  direction?: RelayDirection;
  time: number;
  how: EndReason;
  /** More about it in words: "connect ECONNREFUSED 127.0.0.1:8080". */
  text?: string;
}

/**
 * A fault was injected. One that lasts is reported once for each direction of
 * a connection.
 */
export interface Injected {
  connection: number;
  direction?: RelayDirection;
  time: number;
  /** The name of the fault. */
  fault: string;
  text: string;
}

/** Both sockets of a connection are closed. */
export interface Closed {
  connection: number;
  time: number;
}

/** The events of a tap, with their arguments. */
export interface TapEvents {
  open: [Opened];
  read: [Read];
  end: [Ended];
  fault: [Injected];
  close: [Closed];
  /** Other faults apply from now on. */
  faults: [];
}
