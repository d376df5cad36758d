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

/** So many reads wait at most, and so many bytes: one turn brings seldom more. */
const WAITING_READS = 1024;
const WAITING_BYTES = 256 * 1024;

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
  /** The reads that wait, in columns: as objects they would all be garbage. */
  readonly #bytes = new Uint8Array(WAITING_BYTES);
  readonly #connection = new Uint32Array(WAITING_READS);
  readonly #isDown = new Uint8Array(WAITING_READS);
  readonly #time = new Float64Array(WAITING_READS);
  /** Where the bytes of a read end; those of the next begin there. */
  readonly #end = new Uint32Array(WAITING_READS);
  #waiting = 0;
  /** So many of them are decoded already. */
  #decoded = 0;

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
    if (bytes.length > WAITING_BYTES / 4) {
      // To keep a copy of so much costs more than it saves.
      this.#decode();
      this.#feed(connection, direction, time, bytes);
      return;
    }
    const isFull =
      this.#waiting === WAITING_READS ||
      this.#used + bytes.length > WAITING_BYTES;
    if (isFull) this.#decode();
    if (this.#waiting === 0) setImmediate(this.#decode);
    const start = this.#used;
    this.#bytes.set(bytes, start);
    const at = this.#waiting++;
    this.#connection[at] = connection;
    this.#isDown[at] = direction === 'down' ? 1 : 0;
    this.#time[at] = time;
    this.#end[at] = start + bytes.length;
  }

  get #used(): number {
    return this.#waiting === 0 ? 0 : this.#end[this.#waiting - 1]!;
  }

  /**
   * Decodes what waits; what is told afterwards comes after it. Whoever is told
   * of a unit may come back here: it then goes on where it stands.
   */
  readonly #decode = (): void => {
    while (this.#decoded < this.#waiting) {
      const at = this.#decoded++;
      const start = at === 0 ? 0 : this.#end[at - 1]!;
      const bytes = this.#bytes.subarray(start, this.#end[at]!);
      const direction = this.#isDown[at] ? 'down' : 'up';
      this.#feed(this.#connection[at]!, direction, this.#time[at]!, bytes);
    }
    this.#decoded = 0;
    this.#waiting = 0;
  };

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
