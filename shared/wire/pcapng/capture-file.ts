/**
 * A recording as it lies in its file. What goes in: the bytes of a file that
 * `writePcapng` made, which stay where they are and must not change. What comes
 * out: its connections, and in columns of numbers what each packet of them
 * brought, in the order of the file, which is that of time. A run of 100,000
 * requests has 200,000 reads: an object for each would take as much memory as
 * the file.
 */
import { concat } from '../bytes.ts';
import type {
  Capture,
  CapturedConnection,
  CapturedEnd,
  CapturedRead,
} from '../capture.ts';
import type { Direction } from '../unit.ts';
import { readAbout, type About } from './about.ts';
import {
  countPackets,
  NotOurFile,
  readBlocks,
  type BlockReader,
} from './blocks.ts';
import { FLAG, readPacket, SERVER, type Endpoint } from './tcp-packets.ts';

/** A connection without what was read of it. */
export interface OpenedConnection {
  about: About;
  /** When it was opened: ms since 1970, with fractions. */
  start: number;
  ends: CapturedEnd[];
  /** How many bytes of each direction are in the file. */
  bytes: Record<Direction, number>;
  /** The places of its last moment, and of the last in which bytes came. */
  last: number;
  lastRead: number;
}

/** In the column of flags, beside those of TCP: sent by the server. */
const DOWN = 0x80;

/** What happened at one place of a recording. */
export interface Moment {
  /** The place of its connection in `connections`. */
  connection: number;
  /** ms since 1970, with fractions. */
  time: number;
  direction: Direction;
  /** The connection begins here. */
  opens: boolean;
  /** A read that is complete here; undefined without one. */
  bytes: Uint8Array | undefined;
  how: CapturedEnd['how'] | undefined;
  comment: string | undefined;
}

/** A file that was opened: see above. */
export class CaptureFile {
  /** Which version of the course saved it; early ones did not say. */
  readonly version: string | undefined;
  readonly connections: OpenedConnection[] = [];
  readonly #file: Uint8Array;
  /** How many packets there are that bring something. */
  #length = 0;
  readonly #connection: Uint32Array;
  readonly #time: Float64Array;
  readonly #flags: Uint8Array;
  /** Where what it carries begins and ends in the file. */
  readonly #from: Uint32Array;
  readonly #to: Uint32Array;
  /** The raw offset of its first byte: how many its direction had before. */
  readonly #offset: Float64Array;
  readonly #comments = new Map<number, string>();
  /** Packets of reads that are not complete, by `sideOf`. */
  readonly #pending = new Map<number, number[]>();
  #sides: Sides | undefined;

  /** @throws NotOurFile */
  constructor(file: Uint8Array) {
    this.#file = file;
    const most = countPackets(file);
    this.#connection = new Uint32Array(most);
    this.#time = new Float64Array(most);
    this.#flags = new Uint8Array(most);
    this.#from = new Uint32Array(most);
    this.#to = new Uint32Array(most);
    this.#offset = new Float64Array(most);
    const opening = new Opening(this.connections, file, (...packet) =>
      this.#add(...packet),
    );
    readBlocks(file, opening);
    this.version = opening.version;
  }

  /** How many moments it has. */
  get length(): number {
    return this.#length;
  }

  /** When its last moment was: ms since 1970. */
  get lastTime(): number {
    return this.#time[this.#length - 1] ?? 0;
  }

  /**
   * What happened at a place of the file. To be asked for one after the other,
   * from 0 on: a read may lie in several packets.
   */
  moment(at: number): Moment {
    const flags = this.#flags[at]!;
    return {
      connection: this.#connection[at]!,
      time: this.#time[at]!,
      direction: this.#direction(at),
      opens: (flags & FLAG.syn) !== 0,
      bytes: this.#to[at]! > this.#from[at]! ? this.#read(at) : undefined,
      how: howOf(flags),
      comment: this.#comments.get(at),
    };
  }

  /**
   * Recorded bytes, by their raw offsets; not a copy if they are in one packet.
   *
   * @param connection the place of the connection in `connections`
   * @returns fewer where the file does not have all of them
   */
  bytes(
    connection: number,
    direction: Direction,
    start: number,
    end: number,
  ): Uint8Array {
    const parts: Uint8Array[] = [];
    const side = this.#side(connection, direction);
    for (let i = this.#find(side, start); i < side.length; i++) {
      const at = side[i]!;
      const offset = this.#offset[at]!;
      if (offset >= end) break;
      const from = this.#from[at]! + Math.max(0, start - offset);
      const to = Math.min(this.#to[at]!, this.#from[at]! + end - offset);
      if (to > from) parts.push(this.#file.subarray(from, to));
    }
    return concat(parts);
  }

  /**
   * The reads in which these bytes came: the raw offset of the first byte, and
   * the time, as in `Moment`.
   */
  readsWithin(
    connection: number,
    direction: Direction,
    start: number,
    end: number,
  ): { offset: number; time: number }[] {
    const within: { offset: number; time: number }[] = [];
    const side = this.#side(connection, direction);
    let i = this.#find(side, start);
    while (i > 0 && !this.#isLast(side[i - 1]!)) i--;
    let begins = true;
    for (; i < side.length && this.#offset[side[i]!]! < end; i++) {
      const at = side[i]!;
      if (begins)
        within.push({ offset: this.#offset[at]!, time: this.#time[at]! });
      begins = this.#isLast(at);
    }
    return within;
  }

  /**
   * All of it as objects, with its reads; connections by their ids.
   *
   * @param only the id of the only connection that is wanted
   */
  capture(only?: number): Capture {
    const isWanted = ({ about }: OpenedConnection) =>
      only === undefined || about.id === only;
    const captured = this.connections.map((each) => {
      const { about, start, ends } = each;
      return isWanted(each)
        ? ({
            ...about,
            start,
            reads: [],
            ends,
            comments: [],
          } satisfies CapturedConnection)
        : undefined;
    });
    for (let at = 0; at < this.length; at++) {
      const of = captured[this.#connection[at]!];
      if (!of) continue;
      const { time, direction, opens, bytes, how, comment } = this.moment(at);
      const { reads, comments }: CapturedConnection = of;
      if (bytes) (reads as CapturedRead[]).push({ direction, time, bytes });
      if (comment !== undefined && !opens && how === undefined)
        comments.push({ time, text: comment });
    }
    return {
      ...(this.version !== undefined && { version: this.version }),
      connections: captured
        .filter((each) => each !== undefined)
        .sort((a, b) => a.id - b.id),
    };
  }

  #direction(at: number): Direction {
    return this.#flags[at]! & DOWN ? 'down' : 'up';
  }

  /** A read ends with this packet. */
  #isLast(at: number): boolean {
    return (this.#flags[at]! & FLAG.psh) !== 0;
  }

  #payload(at: number): Uint8Array {
    return this.#file.subarray(this.#from[at]!, this.#to[at]!);
  }

  /** The read that is complete with this packet; undefined if none is. */
  #read(at: number): Uint8Array | undefined {
    const side = sideOf(this.#connection[at]!, this.#direction(at));
    const pending = this.#pending.get(side);
    if (!this.#isLast(at)) {
      if (pending) pending.push(at);
      else this.#pending.set(side, [at]);
      return undefined;
    }
    if (!pending) return this.#payload(at);
    this.#pending.delete(side);
    return concat([...pending, at].map((each) => this.#payload(each)));
  }

  #side(connection: number, direction: Direction): Uint32Array {
    this.#sides ??= sidesOf(this.#length, this.connections.length, (at) =>
      this.#to[at]! > this.#from[at]!
        ? sideOf(this.#connection[at]!, this.#direction(at))
        : undefined,
    );
    const { starts, packets } = this.#sides;
    const side = sideOf(connection, direction);
    return packets.subarray(starts[side], starts[side + 1]);
  }

  /** The place in a side of the packet with this raw offset, or the next. */
  #find(side: Uint32Array, offset: number): number {
    let [low, high] = [0, side.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = side[middle]!;
      const end = this.#offset[at]! + this.#to[at]! - this.#from[at]!;
      if (end <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #add(
    connection: number,
    time: number,
    flags: number,
    from: number,
    to: number,
    comment: string | undefined,
  ): void {
    const at = this.#length++;
    this.#connection[at] = connection;
    this.#time[at] = time;
    this.#flags[at] = flags;
    this.#from[at] = from;
    this.#to[at] = to;
    if (comment !== undefined) this.#comments.set(at, comment);
    const opened = this.connections[connection]!;
    const direction = this.#direction(at);
    const { about, bytes } = opened;
    this.#offset[at] = (about.missing?.[direction] ?? 0) + bytes[direction];
    bytes[direction] += to - from;
    opened.last = at;
    if (to > from) opened.lastRead = at;
  }
}

/** The packets of each direction of each connection, in order. */
interface Sides {
  packets: Uint32Array;
  /** Where those of a side begin among them. */
  starts: Uint32Array;
}

function sideOf(connection: number, direction: Direction): number {
  return connection * 2 + (direction === 'down' ? 1 : 0);
}

/** @param sideAt of a packet; undefined for one that carries nothing */
function sidesOf(
  length: number,
  connections: number,
  sideAt: (at: number) => number | undefined,
): Sides {
  const starts = new Uint32Array(connections * 2 + 1);
  for (let at = 0; at < length; at++) {
    const side = sideAt(at);
    if (side !== undefined) starts[side + 1]! += 1;
  }
  for (let side = 1; side < starts.length; side++)
    starts[side]! += starts[side - 1]!;
  const next = starts.slice();
  const packets = new Uint32Array(starts.at(-1)!);
  for (let at = 0; at < length; at++) {
    const side = sideAt(at);
    if (side !== undefined) packets[next[side]!++] = at;
  }
  return { packets, starts };
}

/** Takes a packet that brings something; its place is the next. */
type Add = (
  connection: number,
  time: number,
  flags: number,
  from: number,
  to: number,
  comment: string | undefined,
) => void;

/** Finds the connection of each packet, and those that bring something. */
class Opening implements BlockReader {
  version: string | undefined;
  readonly #connections: OpenedConnection[];
  readonly #file: DataView;
  readonly #add: Add;
  /** The places of connections, by the ports of their clients. */
  readonly #places = new Map<number, number>();
  readonly #ids = new Set<number>();
  #sections = 0;
  /** The client of the packet before: most often it is the same. */
  #client = -1;
  #place = 0;

  constructor(connections: OpenedConnection[], file: Uint8Array, add: Add) {
    this.#connections = connections;
    this.#file = new DataView(file.buffer, file.byteOffset, file.length);
    this.#add = add;
  }

  section(version: string | undefined): void {
    this.#sections += 1;
    if (this.#sections > 1)
      throw new NotOurFile('two recordings, one behind the other');
    this.version = version;
  }

  packet(
    time: number,
    from: number,
    to: number,
    comment: string | undefined,
  ): void {
    const packet = readPacket(this.#file, from, to);
    if (!packet) throw new NotOurFile('a packet that is not TCP over IPv4');
    const isDown = packet.from.address === SERVER;
    const client = keyOf(isDown ? packet.to : packet.from);
    const flags = (packet.flags & ~DOWN) | (isDown ? DOWN : 0);
    if (packet.flags === FLAG.syn) {
      this.#open(client, time, comment ?? '');
      this.#add(this.#place, time, flags, to, to, undefined);
      return;
    }
    this.#goTo(client);
    // Of the handshake there is no more to tell.
    if (flags & FLAG.syn) return;
    const how = howOf(flags);
    if (how) {
      const direction = isDown ? 'down' : 'up';
      this.#connections[this.#place]!.ends.push({ direction, time, how });
    }
    // What only acknowledges brings nothing.
    if (packet.payload < to || how || comment !== undefined)
      this.#add(this.#place, time, flags, packet.payload, to, comment);
  }

  #open(client: number, start: number, comment: string): void {
    const about = readAbout(comment);
    if (this.#ids.has(about.id))
      throw new NotOurFile(`two connections of the number ${about.id}`);
    this.#ids.add(about.id);
    this.#client = client;
    this.#place = this.#connections.length;
    this.#places.set(client, this.#place);
    this.#connections.push({
      about,
      start,
      ends: [],
      bytes: { up: 0, down: 0 },
      last: 0,
      lastRead: -1,
    });
  }

  #goTo(client: number): void {
    if (client === this.#client) return;
    const place = this.#places.get(client);
    if (place === undefined)
      throw new NotOurFile('a packet before its connection was opened');
    this.#client = client;
    this.#place = place;
  }
}

function keyOf({ address, port }: Endpoint): number {
  return address * 65_536 + port;
}

/** Whether a packet ends its direction, and how. */
function howOf(flags: number): CapturedEnd['how'] | undefined {
  if (flags & FLAG.rst) return 'rst';
  return flags & FLAG.fin ? 'fin' : undefined;
}

/**
 * Opens a file that `writePcapng` made.
 * @throws NotOurFile for any other file, with what was found
 */
export function openPcapng(file: Uint8Array): CaptureFile {
  return new CaptureFile(file);
}
