/** What was recorded, as it is saved and opened again. */
import { concat } from './bytes.ts';
import { decodeConnection, type Protocol } from './connection.ts';
import { describe } from './fields.ts';
import { bytesOf, type Direction, type Secret, type Unit } from './unit.ts';

/** What one read of a socket returned. */
export interface Read {
  direction: Direction;
  /** Milliseconds since 1970, with fractions. */
  time: number;
  bytes: Uint8Array;
}

/** How one side ended: it has said all, or it broke off. */
export interface End {
  direction: Direction;
  time: number;
  how: 'fin' | 'rst';
}

/** A fault that struck, a label: something at a time. */
export interface Comment {
  time: number;
  text: string;
}

export interface RecordedConnection {
  /** Unique in the recording. */
  id: number;
  /** Where the server really listened. */
  realPort: number;
  /** The bytes are those inside TLS. */
  secure: boolean;
  alpn?: string | undefined;
  /** What the lesson says that it speaks. */
  protocol?: Protocol | undefined;
  /** When it was opened, as the times of reads. */
  start: number;
  /** In the order in which they were forwarded. */
  reads: Read[];
  ends: End[];
  comments: Comment[];
  /** First bytes that were dropped to save memory. */
  missing?: { up: number; down: number } | undefined;
}

export interface Recording {
  connections: RecordedConnection[];
}

/** Kinds of units in which there may be a cookie or a password. */
const WITH_SECRETS = new Set<Unit['kind']>([
  'http/1.1 request head',
  'http/1.1 response head',
  'http/2 HEADERS',
  'http/2 PUSH_PROMISE',
  'http/2 header list',
  'mqtt CONNECT',
]);

/**
 * A copy in which cookies, Authorization and passwords are asterisks: as many
 * bytes as before, and as readable. The copy shares nothing with the original.
 */
export function withoutSecrets(
  connection: RecordedConnection,
): RecordedConnection {
  const copies = {
    up: joinedReads(connection, 'up'),
    down: joinedReads(connection, 'down'),
  };
  for (const unit of unitsOf(connection)) {
    if (!WITH_SECRETS.has(unit.kind)) continue;
    const { direction } = unit;
    const missing = connection.missing?.[direction] ?? 0;
    const bytes = bytesOf(unit, copies[direction], missing);
    for (const { secret } of describe(unit, bytes))
      if (secret) cover(copies[direction], missing, secret);
  }
  const at = { up: 0, down: 0 };
  const reads = connection.reads.map(({ direction, time, bytes }) => {
    const from = at[direction];
    at[direction] = from + bytes.length;
    const covered = copies[direction].subarray(from, at[direction]);
    return { direction, time, bytes: covered };
  });
  return { ...connection, reads };
}

function cover(bytes: Uint8Array, missing: number, secret: Secret): void {
  for (const [start, end] of secret.ranges)
    bytes.fill(secret.fill, start - missing, end - missing);
}

function joinedReads(
  { reads }: RecordedConnection,
  direction: Direction,
): Uint8Array {
  const own = reads.filter((read) => read.direction === direction);
  // A copy also if there is one read only: it will be written to. Not by
  // slice(), which copies nothing of some subclasses.
  return new Uint8Array(concat(own.map(({ bytes }) => bytes)));
}

/** All units of a recorded connection, in the order in which they came. */
export function unitsOf(connection: RecordedConnection): Unit[] {
  const decoder = decodeConnection(connection);
  const units = connection.reads.flatMap(({ direction, bytes }) =>
    decoder.feed(direction, bytes),
  );
  return [...units, ...decoder.end('up'), ...decoder.end('down')];
}
