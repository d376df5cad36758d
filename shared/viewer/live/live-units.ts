/**
 * The units of a tap's connections, as they happen. Each connection has a
 * decoder, which gets every read from the first byte on; units and notes are
 * emitted in the order of the bytes, and not kept.
 */
import { EventEmitter } from 'node:events';
import type { Opened, Read, Tap } from '@on-the-wire/tap/tap.ts';
import { nodeDecompressors } from '@on-the-wire/wire/coding/node-decompressors.ts';
import { decodeConnection } from '@on-the-wire/wire/connection.ts';
import type { Protocol } from '@on-the-wire/wire/connection.ts';
import { byteCount } from '@on-the-wire/wire/text.ts';
import {
  makeUnit,
  plainDissector,
  type ConnectionDecoder,
  type Direction,
  type Unit,
} from '@on-the-wire/wire/unit.ts';
import { countNote, countUnit, noCounts } from '../counts.ts';
import type { Counts, NoteLine } from '../source.ts';
import { WaitingReads, type ReadPart } from './waiting-reads.ts';

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
  /** As in `NoteLine`. */
  kind: NoteLine['kind'];
  /** Where it travelled or struck; none where it concerns both directions. */
  direction?: Direction;
  text: string;
}

/**
 * So many bytes are decoded at a time: whatever they are, it takes less than
 * 50 ms (`pnpm bench limits`).
 */
export const SLICE = 4_096;

/** ms that decoding may take before others have their turn. */
const TURN = 20;

/** What may wait for its decoder: reads, and bytes. */
const WAITING = { reads: 65_536, bytes: 4_194_304 };

/** To keep a copy of a longer read costs more than it saves. */
const LARGE = 65_536;

/** A connection that is open. */
interface Live {
  link: string | undefined;
  /** None: more came than could be decoded, and now bytes are only counted. */
  decoder: ConnectionDecoder | undefined;
  /** Bytes of each direction that were read, and that units have covered. */
  read: Record<Direction, number>;
  covered: Record<Direction, number>;
}

/**
 * Decodes all that a tap hands on. Costs one decoder for each open connection.
 *
 * It decodes when the tap has handed on all that had come: a pause between two
 * writes wakes the receiver, and forwarding would cost twice as much (measured
 * with `pnpm bench tap`). What takes long waits for the next turns, so that
 * other connections are served meanwhile. If more comes than can be decoded,
 * the connection of which most waits is given up: a `limit` unit stands for its
 * bytes, which are in the recording.
 */
export class LiveUnits extends EventEmitter<{
  unit: [LiveUnit];
  note: [Note];
}> {
  /** When the tap was created: ms since 1970. */
  readonly began: number;
  readonly #counts: Counts = noCounts();
  readonly #live = new Map<number, Live>();
  readonly #waiting: WaitingReads;
  /** What is to be emitted behind the reads that were added before it. */
  readonly #later: { after: number; emit: () => void }[] = [];
  /** ms that decoding may still take in this turn. */
  #left = TURN;
  /** And so much more, where there is no room for another read. */
  #more = TURN;
  #isDue = false;
  /** For what comes out of a decoder: a new array for each read costs more. */
  #units: Unit[] = [];

  /**
   * @param spoken the protocol of a link, where its first bytes do not show it
   * @param waiting how many reads and bytes may wait for their decoder
   */
  constructor(
    tap: Tap,
    spoken: Readonly<Record<string, Protocol>> = {},
    waiting = WAITING,
  ) {
    super();
    this.began = tap.began;
    this.#waiting = new WaitingReads(waiting);
    tap.on('open', (opened) => {
      const { connection, time, protocol: alpn, link } = opened;
      const protocol = link === undefined ? undefined : spoken[link];
      this.#live.set(connection, {
        link,
        decoder: decodeConnection({
          alpn,
          protocol,
          decompressors: nodeDecompressors,
        }),
        read: { up: 0, down: 0 },
        covered: { up: 0, down: 0 },
      });
      this.#note({ connection, time, kind: 'open', text: describe(opened) });
    });
    tap.on('read', (read) => this.#wait(read));
    tap.on('end', ({ connection, direction, time, how, text }) => {
      // What was incomplete becomes a unit before its direction ends.
      this.#inOrder(() => this.#end(connection, direction, time));
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
      this.#inOrder(() => this.#live.delete(connection));
    });
  }

  /** What the run has come to; decodes first what still waits. */
  get counts(): Counts {
    this.#left = Infinity;
    this.#decode();
    this.#left = TURN;
    return this.#counts;
  }

  #wait({ connection, direction, time, bytes }: Read): void {
    const live = this.#live.get(connection);
    if (!live) return;
    live.read[direction] += bytes.length;
    let from = 0;
    if (bytes.length > LARGE && live.decoder) {
      this.#decode();
      if (this.#waiting.isEmpty)
        from = this.#decodeLarge(live, connection, direction, time, bytes);
    }
    this.#due();
    const rest = from > 0 ? bytes.subarray(from) : bytes;
    while (live.decoder && rest.length > 0)
      if (this.#waiting.add(connection, direction, time, rest)) return;
      else this.#makeRoom(time);
  }

  /** Decodes a read without a copy; returns how many bytes it came. */
  #decodeLarge(
    live: Live,
    connection: number,
    direction: Direction,
    time: number,
    bytes: Uint8Array,
  ): number {
    let from = 0;
    const until = performance.now() + this.#left;
    while (from < bytes.length && this.#left > 0) {
      const part = bytes.subarray(from, from + SLICE);
      from += part.length;
      this.#decodePart(live, connection, direction, time, part);
      this.#left = until - performance.now();
    }
    return from;
  }

  #due(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isDue = false;
    this.#left = TURN;
    this.#more = TURN;
    this.#decode();
    if (!this.#waiting.isEmpty) this.#due();
  };

  /**
   * Decodes what waits, as far as this turn allows; what is emitted afterwards
   * comes after it. A listener of a unit may call this again: it then goes on
   * where it stands.
   */
  #decode(clock = () => performance.now()): void {
    if (this.#waiting.isEmpty || this.#left <= 0) return;
    const until = clock() + this.#left;
    let unseen = 0;
    while (this.#left > 0) {
      const part = this.#waiting.take(SLICE);
      if (!part) break;
      this.#feed(part);
      // To look at the clock costs as much as to decode a short read.
      unseen += part.bytes.length;
      if (unseen < SLICE) continue;
      unseen = 0;
      this.#left = until - clock();
    }
    this.#left = until - clock();
  }

  #feed({ connection, direction, time, bytes }: ReadPart): void {
    const live = this.#live.get(connection);
    if (live) this.#decodePart(live, connection, direction, time, bytes);
    while (this.#later.length > 0) {
      if (this.#later[0]!.after > this.#waiting.taken) return;
      this.#later.shift()!.emit();
    }
  }

  #decodePart(
    live: Live,
    connection: number,
    direction: Direction,
    time: number,
    bytes: Uint8Array,
  ): void {
    const units = this.#units;
    // A listener of a unit may let others be decoded before it returns.
    this.#units = [];
    live.decoder?.feed(direction, bytes, units);
    this.#emitUnits(live, connection, time, units);
    while (units.length > 0) units.pop();
    this.#units = units;
  }

  /** Emits something behind all that was read before it. */
  #inOrder(emit: () => void): void {
    this.#decode();
    if (this.#waiting.isEmpty && this.#later.length === 0) emit();
    else this.#later.push({ after: this.#waiting.added, emit });
  }

  /** There is no room for another read. */
  #makeRoom(time: number): void {
    if (this.#more > 0) {
      const left = this.#left;
      this.#left = this.#more;
      // By the processor's time: other programs may have taken the rest.
      this.#decode(processorTime);
      this.#more = this.#left;
      this.#left = left;
      return;
    }
    const { connection, bytes } = this.#waiting.largest();
    if (bytes > SLICE) {
      this.#giveUp(connection, time);
      return;
    }
    // Many small ones: to decode one is not more work than to hand it on.
    const part = this.#waiting.take(SLICE);
    if (part) this.#feed(part);
  }

  /** What waits of this connection, and what is yet to come, is not decoded. */
  #giveUp(connection: number, time: number): void {
    const live = this.#live.get(connection)!;
    live.decoder = undefined;
    this.#waiting.drop(connection);
    this.#inOrder(() => this.#emitMissed(live, connection, time));
  }

  #end(
    connection: number,
    direction: Direction | undefined,
    time: number,
  ): void {
    const live = this.#live.get(connection);
    if (!live) return;
    if (!live.decoder) this.#emitMissed(live, connection, time);
    for (const ended of direction ? [direction] : (['up', 'down'] as const))
      this.#emitUnits(live, connection, time, live.decoder?.end(ended));
  }

  /** Emits a unit for the bytes that were not decoded. */
  #emitMissed(live: Live, connection: number, time: number): void {
    for (const direction of ['up', 'down'] as const) {
      const range = [live.covered[direction], live.read[direction]] as const;
      const size = range[1] - range[0];
      if (size === 0) continue;
      const why = 'more came than could be decoded meanwhile';
      const unit = makeUnit({
        direction,
        kind: 'limit',
        layer: 0,
        ranges: [range],
        size,
        payload: 0,
        summary: `${byteCount(size)}, not decoded: ${why}; a saved run is decoded whole`,
        problem: `${why}: this connection is only recorded from here on`,
        dissector: plainDissector,
      });
      this.#emitUnits(live, connection, time, [unit]);
    }
  }

  #emitUnits(
    live: Live,
    connection: number,
    time: number,
    units: Unit[] = [],
  ): void {
    const { link } = live;
    for (const unit of units) {
      const { direction, layer, ranges } = unit;
      if (layer === 0) live.covered[direction] = ranges.at(-1)?.[1] ?? 0;
      countUnit(this.#counts, unit);
      this.emit('unit', { connection, link, time, unit });
    }
  }

  #note(note: Note): void {
    const link = this.#live.get(note.connection)?.link;
    this.#inOrder(() => {
      countNote(this.#counts, note.kind);
      this.emit('note', { ...note, link });
    });
  }
}

/** ms of the processor that this thread has taken. */
function processorTime(): number {
  // The packed tap also runs on Node 22.0 to 22.18, which know only what all
  // threads have taken.
  const usage = process.threadCpuUsage ?? process.cpuUsage;
  const { user, system } = usage.call(process);
  return (user + system) / 1000;
}

const ends = {
  fin: 'FIN: closed in this direction',
  rst: 'RST: the connection was reset',
  refused: 'RST: the server could not be reached',
  failed: 'the TLS handshake failed',
};

function describe({ client, encrypted, protocol }: Opened): string {
  const by = `opened from port ${client.port}`;
  if (!encrypted) return by;
  return `${by}, over TLS${protocol ? `, ALPN chose ${protocol}` : ''}`;
}
