/** The memory of a recording: blocks of 8 KiB, of which each connection has a chain. */
import type { RelayDirection } from './events.ts';

/** What the buffer keeps of one connection: a chain of blocks. */
export interface Track {
  readonly connection: number;
  /** How many blocks it has. */
  blocks: number;
  /** The oldest block and the newest; NONE where nothing is kept. */
  first: number;
  last: number;
  /** Bytes ever added. */
  up: number;
  down: number;
}

/** A run of bytes as it lies in a block: a read, or a part of one. */
export interface Piece {
  direction: RelayDirection;
  /** When it was handed on: ms since the tap was created. */
  time: number;
  /** For how many ms faults held it. */
  held: number;
  /** How many bytes of its direction came before. */
  offset: number;
  /** A view into the buffer: copy what is to be kept. */
  bytes: Buffer;
  /** Whether the next piece belongs to the same read. */
  continues: boolean;
}

/** What a dropped block took with it. */
export interface Loss {
  bytes: number;
  reads: number;
}

/** Where there is no block. */
export const NONE = -1;
const BLOCK = 8192;
/** So many blocks get their memory at once: 1 MiB. */
const SHARE = 128;
/** Before each piece: length and flags (4), held (4), time (8). */
const HEADER = 16;
const DOWN = 0x8000_0000;
const CONTINUES = 0x4000_0000;
const LENGTH = 0x3fff_ffff;

/**
 * Memory of fixed size, in blocks, with an index of fixed size beside it. Each
 * track is a chain of blocks, both directions in the order of their reads. When
 * no block is free, `makeRoom` must drop something.
 *
 * The memory is taken in shares, when the first block of each is needed, and
 * kept from then on. All at once would cost nothing by itself, as untouched
 * pages are none; but V8 counts it, and collects garbage for it.
 */
export class RecordingBuffer {
  readonly blocks: number;
  readonly #shares: { bytes: Buffer; view: DataView }[] = [];
  /** The next block of the same track, or of the free ones. */
  readonly #next: Int32Array;
  /** How much of a block is written. */
  readonly #used: Int32Array;
  /** How many bytes of each direction came before a block. */
  readonly #up: Float64Array;
  readonly #down: Float64Array;
  /**
   * All blocks in use, linked both ways, in the order in which they were last
   * written to. By when each was taken, a request that was made just now would
   * leave with the block that its quiet connection took an hour ago.
   */
  readonly #older: Int32Array;
  readonly #newer: Int32Array;
  readonly #owner: (Track | undefined)[] = [];
  #oldest = NONE;
  #newest = NONE;
  #free = 0;
  #heaviest: Track | undefined;
  #makeRoom: () => void;

  /**
   * @param size in bytes; rounded down to blocks of 8 KiB, at least two
   * @param makeRoom called when no block is free: must free one
   */
  constructor(size: number, makeRoom: () => void) {
    const blocks = Math.max(2, Math.floor(size / BLOCK));
    this.blocks = blocks;
    this.#next = new Int32Array(blocks);
    for (let at = 0; at < blocks; at += 1) this.#next[at] = at + 1;
    this.#next[blocks - 1] = NONE;
    this.#used = new Int32Array(blocks);
    this.#up = new Float64Array(blocks);
    this.#down = new Float64Array(blocks);
    this.#older = new Int32Array(blocks).fill(NONE);
    this.#newer = new Int32Array(blocks).fill(NONE);
    this.#makeRoom = makeRoom;
  }

  /** Whose first block was written to before all others; none: it is empty. */
  get oldest(): Track | undefined {
    return this.#owner[this.#oldest];
  }

  /** The track that has more than half of all blocks, if one has. */
  get heaviest(): Track | undefined {
    return this.#heaviest;
  }

  /** A new track, with a block of its own from the start. */
  track(connection: number): Track {
    const ends = { first: NONE, last: NONE };
    const track = { connection, blocks: 0, ...ends, up: 0, down: 0 };
    this.#take(track);
    return track;
  }

  /** Copies one read to the end of a track. */
  add(
    track: Track,
    direction: RelayDirection,
    time: number,
    held: number,
    bytes: Buffer,
  ): void {
    const flag = direction === 'down' ? DOWN : 0;
    let at = 0;
    do {
      let block = track.last;
      // Room for a header and nothing behind it is no room.
      if (block === NONE || BLOCK - this.#used[block]! <= HEADER) {
        block = this.#take(track);
      } else if (block !== this.#newest) {
        this.#unlink(block);
        this.#append(block);
      }
      const used = this.#used[block]!;
      const length = Math.min(BLOCK - used - HEADER, bytes.length - at);
      const { bytes: share, view } = this.#shareOf(block);
      const start = startOf(block) + used;
      const more = at + length < bytes.length ? CONTINUES : 0;
      view.setUint32(start, (flag | more | length) >>> 0);
      view.setFloat32(start + 4, held);
      view.setFloat64(start + 8, time);
      bytes.copy(share, start + HEADER, at, at + length);
      this.#used[block] = used + HEADER + length;
      track[direction] += length;
      at += length;
    } while (at < bytes.length);
  }

  /** All pieces of a track, oldest first. */
  *pieces(track: Track): Generator<Piece> {
    for (let block = track.first; block !== NONE; block = this.#next[block]!) {
      yield* this.#inBlock(block);
    }
  }

  /** How many bytes of a direction were dropped from the front of a track. */
  start(track: Track, direction: RelayDirection): number {
    if (track.first === NONE) return track[direction];
    return (direction === 'up' ? this.#up : this.#down)[track.first]!;
  }

  /**
   * The bytes from `start` to before `end` of one direction, as a copy;
   * undefined where some of them are not, or no longer, there.
   */
  bytes(
    track: Track,
    direction: RelayDirection,
    start: number,
    end: number,
  ): Buffer | undefined {
    if (start < this.start(track, direction)) return undefined;
    if (end > track[direction] || start > end) return undefined;
    const copy = Buffer.allocUnsafe(end - start);
    const before = direction === 'up' ? this.#up : this.#down;
    for (let block = track.first; block !== NONE; block = this.#next[block]!) {
      if (before[block]! >= end) break;
      const next = this.#next[block]!;
      const after = next === NONE ? track[direction] : before[next]!;
      if (after <= start) continue;
      for (const piece of this.#inBlock(block)) {
        if (piece.direction !== direction) continue;
        const from = Math.max(0, start - piece.offset);
        const to = Math.min(piece.bytes.length, end - piece.offset);
        if (from >= to) continue;
        piece.bytes.copy(copy, piece.offset + from - start, from, to);
      }
    }
    return copy;
  }

  /** Frees the oldest block of a track. */
  dropFirst(track: Track): Loss {
    const block = track.first;
    const loss = this.#lossOf(block);
    track.first = this.#next[block]!;
    if (track.first === NONE) track.last = NONE;
    track.blocks -= 1;
    if (this.#heaviest === track && !this.#isHeavy(track))
      this.#heaviest = undefined;
    this.#unlink(block);
    this.#owner[block] = undefined;
    this.#next[block] = this.#free;
    this.#free = block;
    return loss;
  }

  #take(track: Track): number {
    if (this.#free === NONE) this.#makeRoom();
    const block = this.#free;
    this.#free = this.#next[block]!;
    this.#next[block] = NONE;
    this.#used[block] = 0;
    this.#up[block] = track.up;
    this.#down[block] = track.down;
    this.#owner[block] = track;
    this.#append(block);
    if (track.last === NONE) track.first = block;
    else this.#next[track.last] = block;
    track.last = block;
    track.blocks += 1;
    if (this.#isHeavy(track)) this.#heaviest = track;
    return block;
  }

  #isHeavy({ blocks }: Track): boolean {
    return blocks * 2 > this.blocks;
  }

  /** What is in a block; without an object for each piece, of which many are. */
  #lossOf(block: number): Loss {
    const { view } = this.#shareOf(block);
    const end = startOf(block) + this.#used[block]!;
    let [bytes, reads] = [0, 0];
    for (let at = startOf(block); at < end;) {
      const word = view.getUint32(at);
      bytes += word & LENGTH;
      if ((word & CONTINUES) === 0) reads += 1;
      at += HEADER + (word & LENGTH);
    }
    return { bytes, reads };
  }

  /** Makes a block the newest. */
  #append(block: number): void {
    this.#older[block] = this.#newest;
    this.#newer[block] = NONE;
    if (this.#newest === NONE) this.#oldest = block;
    else this.#newer[this.#newest] = block;
    this.#newest = block;
  }

  #unlink(block: number): void {
    const older = this.#older[block]!;
    const newer = this.#newer[block]!;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
  }

  /** The memory that a block lies in, see `startOf`. */
  #shareOf(block: number): { bytes: Buffer; view: DataView } {
    const number = Math.floor(block / SHARE);
    const known = this.#shares[number];
    if (known) return known;
    const blocks = Math.min(SHARE, this.blocks - number * SHARE);
    // Untouched pages cost nothing: the system gives them when written to.
    const bytes = Buffer.allocUnsafeSlow(blocks * BLOCK);
    const made = { bytes, view: new DataView(bytes.buffer) };
    this.#shares[number] = made;
    return made;
  }

  *#inBlock(block: number): Generator<Piece> {
    const offsets = { up: this.#up[block]!, down: this.#down[block]! };
    const { bytes, view } = this.#shareOf(block);
    const end = startOf(block) + this.#used[block]!;
    for (let at = startOf(block); at < end;) {
      const word = view.getUint32(at);
      const length = word & LENGTH;
      const direction = word & DOWN ? 'down' : 'up';
      yield {
        direction,
        held: view.getFloat32(at + 4),
        time: view.getFloat64(at + 8),
        offset: offsets[direction],
        bytes: bytes.subarray(at + HEADER, at + HEADER + length),
        continues: (word & CONTINUES) !== 0,
      };
      offsets[direction] += length;
      at += HEADER + length;
    }
  }
}

/** Where a block begins in its share. */
function startOf(block: number): number {
  return (block % SHARE) * BLOCK;
}
