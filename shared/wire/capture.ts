/** What was recorded, as it is saved and opened again. */
import { decodeConnection, type Protocol } from './connection.ts';
import type { Direction, Unit } from './unit.ts';

/** What one read of a socket returned. */
export interface CapturedRead {
  direction: Direction;
  /** Milliseconds since 1970, with fractions. */
  time: number;
  bytes: Uint8Array;
}

/**
 * How one side ended: it has said all (FIN), or it broke off (RST). Times are
 * those of `CapturedRead`.
 */
export interface CapturedEnd {
  direction: Direction;
  time: number;
  how: 'fin' | 'rst';
}

/**
 * A fault that was injected, a label: something at a time, as in
 * `CapturedRead`.
 */
export interface CaptureComment {
  time: number;
  text: string;
}

/** One connection: what was read of it, in the order of forwarding. */
export interface CapturedConnection {
  /** Unique in the recording. */
  id: number;
  /** Where the server really listened. */
  realPort: number;
  /** The link that it was on, where the run had several: `browser-nginx`. */
  link?: string | undefined;
  /** The bytes are those inside TLS. */
  secure: boolean;
  alpn?: string | undefined;
  /** What the lesson says that it speaks. */
  protocol?: Protocol | undefined;
  /** When it was opened, as the times of reads. */
  start: number;
  /** In the order in which they were forwarded. */
  reads: CapturedRead[];
  ends: CapturedEnd[];
  comments: CaptureComment[];
  /** First bytes that were dropped to save memory. */
  missing?: { up: number; down: number } | undefined;
  /** Secrets are asterisks: see `withoutSecrets`. */
  isMasked?: boolean | undefined;
}

/** What is saved in one file: see `pcapng.ts`. */
export interface Capture {
  /** Which version of the course saved it; early ones did not say. */
  version?: string | undefined;
  connections: CapturedConnection[];
}

/**
 * All units of a captured connection, in the order in which they came, those
 * of what was incomplete at its end last.
 */
export function unitsOf(connection: CapturedConnection): Unit[] {
  const decoder = decodeConnection(connection);
  const units = connection.reads.flatMap(({ direction, bytes }) =>
    decoder.feed(direction, bytes),
  );
  return [...units, ...decoder.end('up'), ...decoder.end('down')];
}
