/**
 * The units of a tap's connections, as they happen: what was read goes through
 * a decoder for each connection, from its first byte on.
 */
import { EventEmitter } from 'node:events';
import type { Opened, Read, Tap } from '../tap/tap.ts';
import { decodeConnection } from '../wire/connection.ts';
import type { Protocol } from '../wire/connection.ts';
import type { ConnectionDecoder, Direction, Unit } from '../wire/unit.ts';
import { countNote, countUnit, noCounts, type Counts } from './counts.ts';

/** A unit, and where and when its last byte was handed on. */
export interface LiveUnit {
  /** 1 for the tap's first connection, then 2, 3, … */
  connection: number;
  /** The link that it is on, where the run has several. */
  link?: string | undefined;
  /** ms since the tap was created. */
  time: number;
  unit: Unit;
}

/** Something that happened to a connection and is no bytes, in words. */
export interface Note {
  connection: number;
  link?: string | undefined;
  /** ms since the tap was created. */
  time: number;
  /** `open` and `end` are the connection's own; a fault is ours. */
  kind: 'open' | 'end' | 'fault';
  /** Where it travelled or struck; none where it concerns both directions. */
  direction?: Direction;
  text: string;
}

/** A read that waits to be decoded: its bytes lie in a buffer. */
type Waiting = Omit<Read, 'bytes' | 'held' | 'offset'> & {
  start: number;
  end: number;
};

/** So many bytes wait at most, in bytes: one turn brings seldom more. */
const WAITING = 256 * 1024;

/**
 * Decodes all that a tap hands on. Costs one decoder for each open connection;
 * units are told once and not kept.
 *
 * It decodes when the tap has handed on all that had come: a write between two
 * others wakes the one who reads, and forwarding would cost twice as much
 * (measured with `pnpm bench tap`).
 */
export class LiveUnits extends EventEmitter<{
  unit: [LiveUnit];
  note: [Note];
}> {
  readonly #counts: Counts = noCounts();
  readonly #decoders = new Map<number, ConnectionDecoder>();
  readonly #links = new Map<number, string>();
  readonly #bytes = new Uint8Array(WAITING);
  #used = 0;
  #waiting: Waiting[] = [];

  /** @param spoken what a link speaks, where its first bytes do not tell */
  constructor(tap: Tap, spoken: Readonly<Record<string, Protocol>> = {}) {
    super();
    tap.on('open', (opened) => {
      const { connection, time, protocol: alpn, link } = opened;
      const protocol = link === undefined ? undefined : spoken[link];
      this.#decoders.set(connection, decodeConnection({ alpn, protocol }));
      if (link !== undefined) this.#links.set(connection, link);
      this.#note({ connection, time, kind: 'open', text: describe(opened) });
    });
    tap.on('read', (read) => this.#wait(read));
    tap.on('end', ({ connection, direction, time, how, text }) => {
      this.#decode();
      // What was incomplete is told before the end of its direction is.
      const decoder = this.#decoders.get(connection);
      for (const ended of direction ? [direction] : (['up', 'down'] as const))
        this.#tell(connection, time, decoder?.end(ended));
      this.#note({
        connection,
        time,
        kind: 'end',
        ...(direction && { direction }),
        text: text ?? ends[how],
      });
    });
    tap.on('fault', ({ connection, direction, time, fault, text }) => {
      this.#note({
        connection,
        time,
        kind: 'fault',
        ...(direction && { direction }),
        text: `${fault}: ${text}`,
      });
    });
    tap.on('close', ({ connection }) => {
      this.#decode();
      this.#decoders.delete(connection);
      this.#links.delete(connection);
    });
  }

  /** What the run has come to. */
  get counts(): Counts {
    this.#decode();
    return this.#counts;
  }

  #wait({ connection, direction, time, bytes }: Read): void {
    if (this.#used + bytes.length > WAITING) this.#decode();
    if (bytes.length > WAITING / 4) {
      // To keep a copy of so much costs more than it saves.
      this.#decode();
      this.#feed(connection, direction, time, bytes);
      return;
    }
    if (this.#waiting.length === 0) setImmediate(() => this.#decode());
    const start = this.#used;
    this.#bytes.set(bytes, start);
    this.#used += bytes.length;
    const end = this.#used;
    this.#waiting.push({ connection, direction, time, start, end });
  }

  /** Decodes what waits; what is told afterwards comes after it. */
  #decode(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    this.#used = 0;
    for (const { connection, direction, time, start, end } of waiting) {
      const bytes = this.#bytes.subarray(start, end);
      this.#feed(connection, direction, time, bytes);
    }
  }

  #feed(
    connection: number,
    direction: Direction,
    time: number,
    bytes: Uint8Array,
  ): void {
    const decoder = this.#decoders.get(connection);
    this.#tell(connection, time, decoder?.feed(direction, bytes));
  }

  #tell(connection: number, time: number, units: Unit[] = []): void {
    const link = this.#links.get(connection);
    for (const unit of units) {
      countUnit(this.#counts, unit);
      this.emit('unit', { connection, link, time, unit });
    }
  }

  #note(note: Note): void {
    this.#decode();
    countNote(this.#counts, note.kind);
    this.emit('note', { ...note, link: this.#links.get(note.connection) });
  }
}

const ends = {
  fin: 'FIN: all was said',
  rst: 'RST: torn down',
  refused: 'RST: the server could not be reached',
  failed: 'the TLS handshake was broken off',
};

function describe({ client, encrypted, protocol }: Opened): string {
  const by = `opened by port ${client.port}`;
  if (!encrypted) return by;
  return `${by}, over TLS${protocol ? `, to speak ${protocol}` : ''}`;
}
