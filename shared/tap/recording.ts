/** What a tap keeps of its connections: their events, and a copy of their bytes. */
import type {
  Closed,
  RelayDirection,
  Ended,
  Opened,
  Read,
  Injected,
} from './events.ts';
import { RecordingBuffer, type Track } from './recording-buffer.ts';

/** What is kept of one direction. */
export interface RecordedDirection {
  /** Bytes and reads that were handed on in all. */
  bytes: number;
  reads: number;
  /** The first byte that is still kept: above 0, the front was dropped. */
  from: number;
}

/** What is kept of a connection, apart from its bytes. */
export interface RecordedConnection {
  connection: number;
  opened: Opened;
  up: RecordedDirection;
  down: RecordedDirection;
  ends: readonly Ended[];
  /** The first 256 faults that were injected; how many more there were. */
  faults: readonly Injected[];
  moreFaults: number;
  /** Milliseconds since the tap was created; undefined while it lives. */
  closed?: number;
}

interface Entry {
  opened: Opened;
  track: Track;
  reads: { up: number; down: number };
  ends: Ended[];
  faults: Injected[];
  moreFaults: number;
  closed?: number;
}

const SIZE = 64 * 1024 * 1024;
const FAULTS_KEPT = 256;

/**
 * A copy of what went through a tap, in memory of fixed size. When it is full,
 * bytes must leave, a block of at most 8 KiB of one connection at a time, and
 * it makes no difference whether that is open or closed. As long as one
 * connection holds more than half of the memory, its own oldest bytes leave;
 * otherwise the oldest of all, that is the block to which nothing was added for
 * the longest time. So a read stays for as long as any connection has a block
 * that ends before it.
 *
 * A connection that is closed leaves with its last block. Each has one from the
 * start, also if it never carries a byte: there are never more closed ones than
 * blocks.
 */
export class Recording {
  /** What had to leave: whole connections, and reads and bytes in all. */
  readonly dropped = { connections: 0, reads: 0, bytes: 0 };
  readonly #entries = new Map<number, Entry>();
  readonly #buffer: RecordingBuffer;

  /** @param size of the memory in bytes; 64 MiB */
  constructor(size = SIZE) {
    this.#buffer = new RecordingBuffer(size, () => this.#makeRoom());
  }

  /** All connections that are still known, in the order they were opened. */
  connections(): RecordedConnection[] {
    return [...this.#entries.keys()].map((known) => this.connection(known)!);
  }

  /** undefined where the connection left the recording, or never was. */
  connection(connection: number): RecordedConnection | undefined {
    const entry = this.#entries.get(connection);
    if (!entry) return undefined;
    const { opened, ends, faults, moreFaults, closed, track, reads } = entry;
    const way = (direction: RelayDirection): RecordedDirection => ({
      bytes: track[direction],
      reads: reads[direction],
      from: this.#buffer.start(track, direction),
    });
    return {
      connection,
      opened,
      up: way('up'),
      down: way('down'),
      ends: [...ends],
      faults: [...faults],
      moreFaults,
      closed,
    };
  }

  /**
   * A copy of the bytes from `start` to before `end` of one direction;
   * undefined where some of them were dropped, or were never there.
   */
  bytes(
    connection: number,
    direction: RelayDirection,
    start: number,
    end: number,
  ): Buffer | undefined {
    const entry = this.#entries.get(connection);
    return entry && this.#buffer.bytes(entry.track, direction, start, end);
  }

  /**
   * The reads of a connection that are still kept, both directions, oldest
   * first, each with a copy of its bytes. The first of a direction whose front
   * was dropped may lack its beginning. Walk through it in one go: what comes
   * in meanwhile may push out what was not yet reached.
   */
  *reads(connection: number): Generator<Read> {
    const entry = this.#entries.get(connection);
    if (!entry) return;
    let parts: Buffer[] = [];
    let first: { offset: number; time: number; held: number } | undefined;
    for (const piece of this.#buffer.pieces(entry.track)) {
      first ??= piece;
      parts.push(piece.bytes);
      if (piece.continues) continue;
      const { offset, time, held } = first;
      const bytes = Buffer.concat(parts);
      yield {
        connection,
        direction: piece.direction,
        time,
        held,
        offset,
        bytes,
      };
      parts = [];
      first = undefined;
    }
  }

  /**
   * The reads in which the bytes from `start` to before `end` of one direction
   * came: where each began, and when it was handed on. Copies no bytes.
   */
  readsWithin(
    connection: number,
    direction: RelayDirection,
    start: number,
    end: number,
  ): { offset: number; time: number }[] {
    const entry = this.#entries.get(connection);
    const reads: { offset: number; time: number }[] = [];
    if (!entry) return reads;
    let begins: number | undefined;
    for (const piece of this.#buffer.pieces(entry.track)) {
      if (piece.direction !== direction) continue;
      begins ??= piece.offset;
      const ends = piece.offset + piece.bytes.length;
      if (piece.continues) continue;
      if (ends > start) reads.push({ offset: begins, time: piece.time });
      if (ends >= end) break;
      begins = undefined;
    }
    return reads;
  }

  /** For the tap: a connection begins. */
  open(opened: Opened): void {
    this.#entries.set(opened.connection, {
      opened,
      track: this.#buffer.track(opened.connection),
      reads: { up: 0, down: 0 },
      ends: [],
      faults: [],
      moreFaults: 0,
    });
  }

  /** For the tap: bytes were handed on. They are copied. */
  read({ connection, direction, time, held, bytes }: Read): void {
    const entry = this.#entries.get(connection);
    if (!entry) return;
    entry.reads[direction] += 1;
    this.#buffer.add(entry.track, direction, time, held, bytes);
  }

  /** For the tap: an end was handed on. */
  end(ended: Ended): void {
    this.#entries.get(ended.connection)?.ends.push(ended);
  }

  /** For the tap: a fault was injected. */
  fault(injected: Injected): void {
    const entry = this.#entries.get(injected.connection);
    if (!entry) return;
    if (entry.faults.length < FAULTS_KEPT) entry.faults.push(injected);
    else entry.moreFaults += 1;
  }

  /** For the tap: both sockets are closed. */
  close({ connection, time }: Closed): void {
    const entry = this.#entries.get(connection);
    if (!entry) return;
    entry.closed = time;
    if (entry.track.first < 0) this.#forget(entry);
  }

  #makeRoom(): void {
    const track = (this.#buffer.heaviest ?? this.#buffer.oldest)!;
    const { bytes, reads } = this.#buffer.dropFirst(track);
    this.dropped.bytes += bytes;
    this.dropped.reads += reads;
    if (track.first >= 0) return;
    const entry = this.#entries.get(track.connection);
    if (entry?.closed !== undefined) this.#forget(entry);
  }

  #forget(entry: Entry): void {
    this.#entries.delete(entry.opened.connection);
    this.dropped.connections += 1;
  }
}
